{{- define "perenne.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "perenne.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "perenne.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "perenne.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "perenne.selector" -}}
app.kubernetes.io/name: {{ include "perenne.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "perenne.labels" -}}
{{ include "perenne.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "perenne.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* What is missing is said once, in words, before anything is rendered. */}}
{{- define "perenne.check" -}}
{{- if not .Values.database.existingSecret -}}
{{- fail "database.existingSecret is empty: name the secret that holds the address of your PostgreSQL" -}}
{{- end -}}
{{- $given := 0 -}}
{{- range list .Values.portfolio.content .Values.portfolio.existingConfigMap .Values.portfolio.existingSecret -}}
{{- if . }}{{ $given = add1 $given }}{{ end -}}
{{- end -}}
{{- if ne (int $given) 1 -}}
{{- fail "say what to audit with one of portfolio.content (--set-file portfolio.content=portfolio.yaml), portfolio.existingConfigMap and portfolio.existingSecret" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.host is empty: name the host under which pages are reached" -}}
{{- end -}}
{{- $scaling := .Values.worker.autoscaling -}}
{{- if and $scaling.enabled (not $scaling.queue.enabled) (not $scaling.cpu.enabled) -}}
{{- fail "worker.autoscaling is enabled with nothing to go by: enable worker.autoscaling.queue or worker.autoscaling.cpu" -}}
{{- end -}}
{{- end -}}

{{- define "perenne.secretVariable" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .from.existingSecret | quote }}
      key: {{ .from.key | quote }}
{{- end -}}

{{- define "perenne.environment" -}}
- name: PERENNE_CONFIG
  value: /etc/perenne/settings/perenne.yaml
- name: PERENNE_PORTFOLIO
  value: {{ printf "/etc/perenne/portfolio/%s" .Values.portfolio.key | quote }}
- name: PERENNE_LANG
  value: {{ .Values.lang | quote }}
{{ include "perenne.secretVariable" (dict "variable" "PERENNE_DATABASE_URL" "from" .Values.database) }}
{{- if .Values.oidc.existingSecret }}
{{ include "perenne.secretVariable" (dict "variable" "PERENNE_ACCESS_OIDC_CLIENT_SECRET" "from" .Values.oidc) }}
{{- end }}
{{- if .Values.errorReporting.existingSecret }}
{{ include "perenne.secretVariable" (dict "variable" "SENTRY_DSN" "from" .Values.errorReporting) }}
{{- end }}
{{- end -}}

{{- define "perenne.container" -}}
image: {{ include "perenne.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
env:
  {{- include "perenne.environment" . | nindent 2 }}
{{- if .Values.gitTokens.existingSecret }}
envFrom:
  - secretRef:
      name: {{ .Values.gitTokens.existingSecret | quote }}
{{- end }}
volumeMounts:
  - {name: settings, mountPath: /etc/perenne/settings, readOnly: true}
  - {name: portfolio, mountPath: /etc/perenne/portfolio, readOnly: true}
  - {name: data, mountPath: /data}
  - {name: scratch, mountPath: /tmp}
{{- end -}}

{{/* The pod of both deployments: dict "root" . "part" .Values.web "scratch" "64Mi" */}}
{{- define "perenne.pod" -}}
{{- $root := .root -}}
serviceAccountName: {{ include "perenne.fullname" $root }}
automountServiceAccountToken: false
# Kubernetes would describe services in variables that begin with PERENNE_.
enableServiceLinks: false
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
initContainers:
  # One of the pods brings the tables up to date; the others wait for it.
  - name: migrate
    args: [migrate]
    resources:
      {{- toYaml .part.resources | nindent 6 }}
    {{- include "perenne.container" $root | nindent 4 }}
volumes:
  - name: settings
    configMap:
      name: {{ include "perenne.fullname" $root }}
  - name: portfolio
    {{- if $root.Values.portfolio.existingSecret }}
    secret:
      secretName: {{ $root.Values.portfolio.existingSecret | quote }}
    {{- else }}
    configMap:
      name: {{ $root.Values.portfolio.existingConfigMap | default (printf "%s-portfolio" (include "perenne.fullname" $root)) | quote }}
    {{- end }}
  - name: data
    emptyDir:
      sizeLimit: 64Mi
  - name: scratch
    emptyDir:
      sizeLimit: {{ .scratch }}
{{- with .part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .part.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .part.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "perenne.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
{{- end -}}
