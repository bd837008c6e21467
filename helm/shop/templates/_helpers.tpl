{{/*
What all names begin with: fullnameOverride or the release's name, without dots, which a Service may not have.
A long one is cut, and told apart from others that begin alike by a digest, so that every name that is made of it fits
(52 for a CronJob or a StatefulSet).
*/}}
{{- define "shop.fullname" -}}
{{- $name := .Values.fullnameOverride | default .Release.Name | replace "." "-" -}}
{{- if gt (len $name) 31 -}}
{{- printf "%s-%s" (trunc 22 $name | trimSuffix "-") (sha256sum $name | trunc 8) -}}
{{- else -}}
{{- $name -}}
{{- end -}}
{{- end -}}

{{/* The name of an object: dict "root" $ "component" <a service, or what else the object is> */}}
{{- define "shop.name" -}}
{{- printf "%s-%s" (include "shop.fullname" .root) .component -}}
{{- end -}}

{{/*
The labels by which pods are found; they never change, as selectors and claims cannot: dict "root" $ "component".
The instance is what names begin with: a parent may have this chart twice, by an alias, in one release.
Without a component they are those of all pods of the release.
*/}}
{{- define "shop.selectorLabels" -}}
app.kubernetes.io/name: shop
app.kubernetes.io/instance: {{ include "shop.fullname" .root }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/* The labels of an object. Not of a pod: a new version of the chart alone restarts nothing. dict "root" $ "component" */}}
{{- define "shop.labels" -}}
{{ include "shop.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: shop
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/*
The enabled services, each with what it does not say itself from `defaults`, as YAML: read it by fromYaml.
mergeOverwrite and not merge, which takes false and 0 for unset; deepCopy, because both change their argument.
*/}}
{{- define "shop.services" -}}
{{- $services := dict -}}
{{- range $component, $own := .Values.services -}}
{{- $service := mergeOverwrite (deepCopy $.Values.defaults) (deepCopy ($own | default dict)) -}}
{{- if $service.enabled -}}
{{- $_ := set $services $component $service -}}
{{- end -}}
{{- end -}}
{{- toYaml $services -}}
{{- end -}}

{{/* Those of them that keep a database, in the same way: the root */}}
{{- define "shop.stores" -}}
{{- $stores := dict -}}
{{- range $component, $service := include "shop.services" . | fromYaml -}}
{{- if $service.database -}}
{{- $_ := set $stores $component $service -}}
{{- end -}}
{{- end -}}
{{- toYaml $stores -}}
{{- end -}}

{{/* "true" of a service that has no pod, because it is restored or has no replicas, else nothing: dict "root" $ "component" "service" */}}
{{- define "shop.isStopped" -}}
{{- if or (has .component (.root.Values.restore.services | default list)) (eq (int .service.replicas) 0) }}true{{ end -}}
{{- end -}}

{{/* What runs a service, as kubectl names it: dict "root" $ "component" "service" */}}
{{- define "shop.workload" -}}
{{ .service.database | ternary "statefulset" "deployment" }}/{{ include "shop.name" . }}
{{- end -}}

{{/* The image of a service: dict "root" $ "component" "service" <of shop.services>. Its own parts go first, then global's. */}}
{{- define "shop.image" -}}
{{- $all := .root.Values.image -}}
{{- $own := .service.image -}}
{{- $registry := coalesce $own.registry .root.Values.global.imageRegistry $all.registry -}}
{{- $repository := $own.repository | default (printf "%s-%s" $all.repository .component) -}}
{{- $tag := coalesce $own.tag $all.tag .root.Chart.AppVersion -}}
{{- with $registry }}{{ . }}/{{ end }}{{ $repository }}:{{ $tag }}{{ with $own.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{/* imagePullSecrets of a pod, or nothing: the root */}}
{{- define "shop.imagePullSecrets" -}}
{{- with .Values.image.pullSecrets -}}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Where a pod may run, and before whom: the values of a service, or the defaults. Empty where they say nothing */}}
{{- define "shop.placement" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" }}
{{- with get $ $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The Secret that has a caller's key, or the webhook secret, as the entry of this name: dict "root" $ "entry" */}}
{{- define "shop.keySecret" -}}
{{- $own := include "shop.name" (dict "root" .root "component" (printf "key-%s" .entry)) -}}
{{- .root.Values.keys.existingSecret | default $own -}}
{{- end -}}

{{/*
An entry as a source of a projected volume: dict "root" $ "entry" "path" "optional" <whether the pod does without>
"digest" <whether it is there to be compared with: where the Secret has digests the pod gets that, and could not present it>
*/}}
{{- define "shop.keySource" -}}
- secret:
    name: {{ include "shop.keySecret" . }}
    {{- if .optional }}
    optional: true
    {{- end }}
    items:
      - key: {{ .entry }}{{ if and .digest (or .root.Values.keys.digests (not .root.Values.keys.existingSecret)) }}.sha256{{ end }}
        path: {{ .path }}
{{- end -}}

{{/* The generated Secrets of callers that are there no longer, as names with blanks between: the root */}}
{{- define "shop.formerKeys" -}}
{{- $ours := include "shop.selectorLabels" (dict "root" . "component" "keys") | fromYaml -}}
{{- $former := list -}}
{{- if not .Values.keys.existingSecret -}}
{{- $current := list -}}
{{- range append (keys .Values.keys.callers) "webhook-secret" -}}
{{- $current = append $current (include "shop.keySecret" (dict "root" $ "entry" .)) -}}
{{- end -}}
{{- range (lookup "v1" "Secret" .Release.Namespace "").items -}}
{{- $labels := .metadata.labels | default dict -}}
{{- if and (deepEqual $labels (mergeOverwrite (deepCopy $labels) $ours)) (not (has .metadata.name $current)) -}}
{{- $former = append $former .metadata.name -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $former | sortAlpha | join " " -}}
{{- end -}}

{{/* Where a service's API is, inside the namespace: dict "root" $ "component" "service" */}}
{{- define "shop.url" -}}
http://{{ include "shop.name" . }}:{{ .service.port }}
{{- end -}}

{{/*
Those whose keys a service accepts, as a YAML list: the services that call it, and every caller that is no service.
dict "root" $ "component" "services" <all of shop.services>
*/}}
{{- define "shop.callersOf" -}}
{{- $component := .component -}}
{{- $callers := list -}}
{{- range $caller, $_ := .root.Values.keys.callers -}}
{{- $service := get $.services $caller -}}
{{- if not (hasKey $.root.Values.services $caller) -}}
{{- $callers = append $callers $caller -}}
{{- else if and $service (has $component $service.calls) -}}
{{- $callers = append $callers $caller -}}
{{- end -}}
{{- end -}}
{{- toYaml $callers -}}
{{- end -}}

{{/*
What a service reads from its environment, as a YAML map of name to text: dict "root" $ "component" "service" "services".
Only what it uses, so that a setting restarts none but its readers.
*/}}
{{- define "shop.env" -}}
{{- $settings := .root.Values.settings -}}
{{- $env := dict
  "PORT" .service.port
  "METRICS_PORT" .root.Values.metrics.port
  "REQUEST_TIMEOUT_MS" $settings.requestTimeoutMs
  "LOG_LEVEL" $settings.logLevel
-}}
{{- if .service.database -}}
{{- $_ := merge $env (dict
  "DATA_DIR" "/data"
  "SQLITE_TMPDIR" "/tmp"
  "API_KEYS_DIR" "/var/run/shop/keys"
  "API_SCOPES_FILE" "/var/run/shop/scopes/scopes.json"
  "SHOP_CURRENCY" $settings.currency
  "RECONCILE_EVERY_S" $settings.reconcileEverySeconds
) -}}
{{- if .service.calls -}}
{{- $_ := set $env "PEER_API_KEY_FILE" "/var/run/shop/peer/key" -}}
{{- end -}}
{{- if .root.Values.backup.enabled -}}
{{- $_ := merge $env (dict "BACKUP_DIR" "/backups" "BACKUP_KEEP" .root.Values.backup.keep) -}}
{{- end -}}
{{- end -}}
{{- range $peer := .service.calls -}}
{{- with get $.services $peer -}}
{{- $url := include "shop.url" (dict "root" $.root "component" $peer "service" .) -}}
{{- $_ := set $env (printf "%s_URL" ($peer | upper | replace "-" "_")) $url -}}
{{- end -}}
{{- end -}}
{{- if .service.webhookSecret -}}
{{- $_ := set $env "WEBHOOK_SECRET_FILE" "/var/run/shop/webhook/secret" -}}
{{- end -}}
{{- if eq .component "catalog" -}}
{{- $_ := set $env "SEED_PRODUCTS" $settings.seedProducts -}}
{{- else if eq .component "order" -}}
{{- $_ := set $env "ORDER_EXPIRY_S" $settings.orderExpirySeconds -}}
{{- else if and (eq .component "payment") (not (kindIs "invalid" $settings.paymentDeclineAbove)) -}}
{{- $_ := set $env "PAYMENT_DECLINE_ABOVE" $settings.paymentDeclineAbove -}}
{{- end -}}
{{- range $name, $value := mergeOverwrite $env (deepCopy .service.env) }}
{{ $name }}: {{ toString $value | quote }}
{{- end -}}
{{- end -}}
