package container

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestComposeFiles(t *testing.T) {
	s := tree(map[string]string{"deploy/compose.yaml": `
x-app: &app
  build:
    context: ..
    target: prod
  env_file: [../.env.app, {path: extra.env, required: false}]
  healthcheck: {test: ["CMD", "true"]}
services:
  web:
    <<: *app
    ports: ["80:8080", {target: 9090, published: 90}]
    environment:
      - TOKEN
      - URL=http://${HOST:-localhost}/$$literal
  worker:
    build: ./worker
    dockerfile: Dockerfile.worker
    healthcheck: {disable: true}
    environment: {SECRET: , LEVEL: info, MUST: "${MUST:?say it}"}
  far:
    build: https://example.org/x.git
  db:
    image: postgres:${PG}
`})
	want := []*ComposeFile{{
		Path: "deploy/compose.yaml",
		Services: []Service{
			{Name: "web", Line: 9, Build: ".", Dockerfile: "Dockerfile", Target: "prod", Ports: []string{"80:8080", "90:9090"}, Healthcheck: 7},
			{Name: "worker", Line: 15, Build: "deploy/worker", Dockerfile: "deploy/worker/Dockerfile.worker"},
			{Name: "far", Line: 20, Build: "https://example.org/x.git"},
			{Name: "db", Line: 22, Image: "postgres:${PG}"},
		},
		Variables: []Variable{
			{Name: "TOKEN", Line: 13}, {Name: "HOST", Line: 14, Default: true}, {Name: "SECRET", Line: 19}, {Name: "MUST", Line: 19},
			{Name: "PG", Line: 23},
		},
		EnvFiles: []string{".env.app"},
	}}
	if diff := cmp.Diff(want, ComposeFiles(s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestArgumentsFromCompose(t *testing.T) {
	s := tree(map[string]string{
		"Dockerfile": "ARG V\nARG KNOWN=1\nFROM a:$V-$KNOWN\nARG U\nARG X\nUSER $U:$X\n",
		"compose.yml": `services:
  web:
    build: {context: ., args: {V: 20, KNOWN: 2, U: "${U:-1000}", X: "$X"}}
  other:
    build: {context: ., args: [V=21]}
`})
	stage := Dockerfiles(s)[0].Stages[0]
	if stage.Image != "a:20-1" || stage.User != "1000:${X}" {
		t.Errorf("image %s, user %s", stage.Image, stage.User)
	}
}

func TestFirstVersionOfCompose(t *testing.T) {
	s := tree(map[string]string{"docker-compose.yml": "web:\n  image: app:1\n  ports:\n    - 80:80\n"})
	got := ComposeFiles(s)
	if len(got) != 1 || len(got[0].Services) != 1 || got[0].Services[0].Image != "app:1" {
		t.Errorf("got %+v", got)
	}
}

func TestBadCompose(t *testing.T) {
	for name, content := range map[string]string{
		"malformed": "services: [", "template": "services:\n  {{ name }}:\n    image: a\n", "empty": "", "binary": "\x00",
	} {
		c := &ComposeFile{Path: "compose.yml"}
		if err := parseCompose([]byte(content), c); err == nil {
			t.Errorf("%s: no error, %+v", name, c)
		}
	}
}

func TestKubernetesFiles(t *testing.T) {
	s := tree(map[string]string{
		"k8s/all.yml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: org/web:1
          readinessProbe: {httpGet: {path: /}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: job, image: "org/job:1"}]}}}}}
`,
		"catalog-info.yaml":          "apiVersion: backstage.io/v1alpha1\nkind: Component\n",
		"config/locales/fr.yml":      "fr:\n  kind: x\n  apiVersion: y\n",
		"chart/Chart.yaml":           "apiVersion: v2\nname: app\n",
		"chart/templates/deploy.yml": "kind: {{ .Kind }}\napiVersion: v1\n",
		"examples/k8s/pod.yml":       "apiVersion: v1\nkind: Pod\n",
	})
	want := []*KubernetesFile{
		{Path: "chart/Chart.yaml", Chart: "app"},
		{Path: "k8s/all.yml", Objects: []Object{
			{Kind: "Deployment", Name: "web", Line: 2, Containers: []PodContainer{{Name: "web", Image: "org/web:1", Line: 8, Probe: 10}}},
			{Kind: "CronJob", Name: "nightly", Line: 13, Containers: []PodContainer{{Name: "job", Image: "org/job:1", Line: 15}}},
		}},
	}
	if diff := cmp.Diff(want, KubernetesFiles(s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPlatformFiles(t *testing.T) {
	s := tree(map[string]string{
		"Procfile":             "web: gunicorn app\n# worker: x\nrelease: ./migrate\n",
		"Procfile.dev":         "web: bin/dev\n",
		"mobile/app.json":      `{"expo": {"name": "x"}}`,
		"app.json":             `{"name": "x", "env": {"KEY": "what for"}, "formation": {"web": {}}}`,
		"native/app.json":      `{"name": "x", "displayName": "X"}`,
		"empty/Procfile":       "\n",
		"clevercloud/php.json": `{}`,
		"sam/template.yaml":    "Transform: AWS::Serverless-2016-10-31\nResources:\n  Send:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: send.handler\n      Environment:\n        Variables:\n          QUEUE: !Ref Queue\n",
		"fn/serverless.yml":    "service: send\nprovider:\n  name: aws\nfunctions:\n  send:\n    handler: send.handler\n",
		"stack/template.yml":   "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n",
		"issue/template.yml":   "name: Bug\n",
	})
	want := []*PlatformFile{
		{Path: "Procfile", Processes: []string{"web", "release"}},
		{Path: "Procfile.dev", Processes: []string{"web"}, Development: true},
		{Path: "app.json", Processes: []string{"web"}, Variables: true},
		{Path: "clevercloud/php.json"},
		{Path: "fn/serverless.yml"},
		{Path: "sam/template.yaml", Variables: true},
	}
	if diff := cmp.Diff(want, PlatformFiles(s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
