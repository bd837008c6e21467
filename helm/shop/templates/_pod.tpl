{{/*
The template of a service's pods: dict "root" $ "component" "service" "services" <all of shop.services>. What a service
without a database lacks is what keeps data and what checks keys: it hands on those of its callers.
*/}}
{{- define "shop.podTemplate" -}}
{{- $values := .root.Values -}}
{{- $name := include "shop.name" . -}}
{{- $hasBackups := and .service.database $values.backup.enabled -}}
metadata:
  labels:
    {{- include "shop.selectorLabels" . | nindent 4 }}
    {{- with .service.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- /* No checksums: settings are variables below, and the mounted keys and scopes are re-read. */}}
  {{- $annotations := .service.podAnnotations }}
  {{- if eq $values.metrics.discovery "annotations" }}
  {{- $annotations = merge (dict "prometheus.io/scrape" "true" "prometheus.io/path" "/metrics" "prometheus.io/port" (toString $values.metrics.port)) $annotations }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ $name }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .service.terminationGracePeriodSeconds }}
  {{- with include "shop.imagePullSecrets" .root }}
  {{- . | nindent 2 }}
  {{- end }}
  securityContext:
    {{- toYaml .service.podSecurityContext | nindent 4 }}
  containers:
    - name: {{ .component }}
      image: {{ include "shop.image" . }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      ports:
        - name: api
          containerPort: {{ .service.port }}
        - name: metrics
          containerPort: {{ $values.metrics.port }}
      env:
        {{- range $variable, $value := include "shop.env" . | fromYaml }}
        - name: {{ $variable }}
          value: {{ $value | quote }}
        {{- end }}
        {{- with .service.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      startupProbe:
        httpGet: {path: /livez, port: api}
        {{- toYaml .service.probes.startup | nindent 8 }}
      livenessProbe:
        httpGet: {path: /livez, port: api}
        {{- toYaml .service.probes.liveness | nindent 8 }}
      readinessProbe:
        httpGet: {path: /readyz, port: api}
        {{- toYaml .service.probes.readiness | nindent 8 }}
      {{- if not .service.database }}
      # It answers on until every node has heard that another takes its share. Alone on a database it would only be away longer.
      lifecycle:
        preStop:
          sleep: {seconds: 5}
      {{- end }}
      resources:
        {{- toYaml .service.resources | nindent 8 }}
      securityContext:
        {{- toYaml .service.securityContext | nindent 8 }}
      volumeMounts:
        {{- if .service.database }}
        - name: data
          mountPath: /data
        {{- end }}
        {{- if $hasBackups }}
        - name: backup
          mountPath: /backups
        {{- end }}
        {{- if .service.database }}
        - name: keys
          mountPath: /var/run/shop
          readOnly: true
        {{- end }}
        - name: tmp
          mountPath: /tmp
        {{- with .service.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    {{- if .service.database }}
    # One volume, so that a change of keys and scopes arrives whole. No subPath, whose files are never renewed.
    - name: keys
      projected:
        defaultMode: 0440
        sources:
          {{- /* A source a key. A key that is taken away is refused, and hinders nothing else: one that is required holds up the whole volume. */}}
          {{- range include "shop.callersOf" . | fromYamlArray }}
          {{- $source := dict "root" $.root "entry" . "path" (printf "keys/%s" .) "optional" true "digest" true }}
          {{- include "shop.keySource" $source | nindent 10 }}
          {{- end }}
          {{- if .service.calls }}
          {{- $source := dict "root" .root "entry" .component "path" "peer/key" }}
          {{- include "shop.keySource" $source | nindent 10 }}
          {{- end }}
          {{- if .service.webhookSecret }}
          {{- $source := dict "root" .root "entry" "webhook-secret" "path" "webhook/secret" }}
          {{- include "shop.keySource" $source | nindent 10 }}
          {{- end }}
          - configMap:
              name: {{ include "shop.name" (dict "root" .root "component" "scopes") }}
              items:
                - key: scopes.json
                  path: scopes/scopes.json
    {{- end }}
    - name: tmp
      emptyDir: {}
    {{- if $hasBackups }}
    - name: backup
      persistentVolumeClaim:
        claimName: {{ $name }}-backup
    {{- end }}
    {{- with .service.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with include "shop.placement" .service | trim }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}
