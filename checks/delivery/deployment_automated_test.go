package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
	"github.com/perenne-audit/perenne/internal/script"
)

func TestDeploymentAutomated(t *testing.T) { t.Parallel(); checktest.Run(t, deploymentAutomated) }

func TestCommandReleases(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]releasing{
		"kubectl apply -f k8s/":            deploying,
		"kubectl get pods":                 keeping,
		"helm upgrade --install app chart": deploying,
		"helm lint .":                      keeping,
		"git push git@ssh.osc-fr1.scalingo.com:app.git main": deploying,
		"git push origin main":                               keeping,
		"ssh deploy@serveur 'docker compose up -d'":          deploying,
		"ssh-keyscan serveur":                                keeping,
		"rsync -av dist/ web@serveur:/var/www":               deploying,
		"rsync -av a b":                                      keeping,
		"npm run deploy":                                     deploying,
		"make deploy-prod":                                   deploying,
		"make docs-deploy":                                   keeping,
		"npm publish":                                        publishing,
		"mvn deploy":                                         publishing,
		"docker push registre.exemple.fr/a:1":                publishing,
		"docker stack deploy -c a.yml a":                     deploying,
		"$CLEVER_CLI deploy --alias a":                       deploying,
		"curl -X POST https://exemple.fr/hooks/deploy/1":     deploying,
		"curl https://erreurs.exemple.fr/api/0/organizations/a/releases/1/deploys/ -d env=prod": keeping,
		"./scripts/deploy.sh prod":        deploying,
		"bash scripts/deploy.sh":          deploying,
		"python manage.py check --deploy": keeping,
		"echo deploy":                     keeping,
		"scalingo deploy a":               deploying,
		"ansible-playbook site.yml":       deploying,
		"terraform plan":                  keeping,
	} {
		got := keeping
		for _, c := range script.Commands(text) {
			got = max(got, commandReleases(c.Words))
		}
		if got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func FuzzCommandReleases(f *testing.F) {
	for _, seed := range []string{"kubectl apply", "$A deploy", "sudo", "docker push", "git push heroku main"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, text string) { stepReleases(step{script: text}) })
}
