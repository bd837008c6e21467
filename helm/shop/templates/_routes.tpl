{{/*
What leads where, as a YAML map of host to its routes, from a list of `host`, `service` and `path`; fails when there is
none, or one leads to a service that is not there: dict "root" $ "hosts" "of" <the value's name>
*/}}
{{- define "shop.routesByHost" -}}
{{- $services := include "shop.services" .root | fromYaml -}}
{{- if not .hosts -}}
{{- fail (printf "%s: name at least one host and the service that it leads to, such as {host: orders.example.com, service: order}" .of) -}}
{{- end -}}
{{- $byHost := dict -}}
{{- range .hosts -}}
{{- if not (hasKey $services .service) -}}
{{- fail (printf "%s: %s leads to the service %q, which is not there; there are %s" $.of .host .service (keys $services | sortAlpha | join ", ")) -}}
{{- end -}}
{{- $name := include "shop.name" (dict "root" $.root "component" .service) -}}
{{- $route := dict "path" (.path | default "/") "name" $name "port" (get $services .service).port -}}
{{- $_ := set $byHost .host (append (get $byHost .host | default list) $route) -}}
{{- end -}}
{{- toYaml $byHost -}}
{{- end -}}
