{{/* Network policy peers, the pods of these components: dict "root" $ "components" <a list> */}}
{{- define "shop.podsOf" -}}
- podSelector:
    matchLabels:
      {{- include "shop.selectorLabels" (dict "root" .root) | nindent 6 }}
    matchExpressions:
      - key: app.kubernetes.io/component
        operator: In
        values: {{ sortAlpha .components | toJson }}
{{- end -}}

{{/* What a pod may reach: the DNS, services by name, and more rules: dict "root" $ "services" "calls" "more" */}}
{{- define "shop.egress" -}}
egress:
  {{- with .root.Values.networkPolicy.dns }}
  - ports:
      {{- range $.root.Values.networkPolicy.dnsPorts }}
      - {port: {{ . }}, protocol: UDP}
      - {port: {{ . }}, protocol: TCP}
      {{- end }}
    to:
      {{- toYaml . | nindent 6 }}
  {{- end }}
  {{- range $component := .calls }}
  {{- with get $.services $component }}
  - ports:
      - port: {{ .port }}
    to:
      {{- include "shop.podsOf" (dict "root" $.root "components" (list $component)) | nindent 6 }}
  {{- end }}
  {{- end }}
  {{- with .more }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
