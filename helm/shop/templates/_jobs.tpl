{{/*
The spec of a pod that runs one of files/*.mjs, by a service's image, with the key of one caller and nothing else:
dict "root" $ "component" <also the script's and the ConfigMap's> "caller" "args" <a list> "env" <a map of name to text>
*/}}
{{- define "shop.scriptPod" -}}
{{- $defaults := .root.Values.defaults -}}
{{- $services := include "shop.services" .root | fromYaml -}}
{{- $service := ternary "catalog" (keys $services | sortAlpha | first) (hasKey $services "catalog") -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
{{- with include "shop.imagePullSecrets" .root }}
{{ . }}
{{- end }}
securityContext:
  {{- toYaml $defaults.podSecurityContext | nindent 2 }}
{{- with include "shop.placement" (omit $defaults "topologySpreadConstraints") | trim }}
{{ . }}
{{- end }}
containers:
  - name: {{ .component }}
    image: {{ include "shop.image" (dict "root" .root "component" $service "service" (get $services $service)) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command: [node, /scripts/{{ .component }}.mjs]
    {{- with .args }}
    args:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    env:
      - name: API_KEY_FILE
        value: /var/run/shop/key
      {{- range $name, $value := .env }}
      - name: {{ $name }}
        value: {{ $value | quote }}
      {{- end }}
    securityContext:
      {{- toYaml $defaults.securityContext | nindent 6 }}
    resources:
      {{- toYaml .root.Values.jobs.resources | nindent 6 }}
    volumeMounts:
      - name: scripts
        mountPath: /scripts
        readOnly: true
      - name: key
        mountPath: /var/run/shop
        readOnly: true
volumes:
  - name: scripts
    configMap:
      name: {{ include "shop.name" . }}
  - name: key
    secret:
      secretName: {{ include "shop.keySecret" (dict "root" .root "entry" .caller) }}
      defaultMode: 0440
      items:
        - key: {{ .caller }}
          path: key
{{- end -}}

{{/* The ConfigMap of such a pod's script: dict "root" $ "component" */}}
{{- define "shop.scriptConfigMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "shop.name" . }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
data:
  {{- range $file := list "ask.mjs" (printf "%s.mjs" .component) }}
  {{- $text := $.root.Files.Get (printf "files/%s" $file) | trim | nindent 4 }}
  {{ $file }}: |
    {{- /* nindent leaves blanks in empty lines. */}}
    {{- regexReplaceAll "(?m)^ +$" $text "" }}
  {{- end }}
{{- end -}}
