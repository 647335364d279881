package googletest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/verno-loyalty/verno/internal/pass/googletest"
)

// TestRefuses: what Google's schemas and written rules do not have is refused, so that a test which passes says something.
func TestRefuses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	g := googletest.New(t, func() time.Time { return now })
	bearer := token(t, g, now)
	call := func(method, path, body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, g.URL+"/walletobjects/v1/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+bearer)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(text)
	}
	class := `{"id":"ISSUER.c","issuerName":"x","reviewStatus":"UNDER_REVIEW","merchantName":"x"MORE}`
	object := `{"id":"ISSUER.o","classId":"ISSUER.c","state":"ACTIVE","cardNumber":"1"MORE}`
	places := strings.TrimSuffix(strings.Repeat(`{"latitude":1,"longitude":2},`, 11), ",")
	for _, try := range []struct {
		method, path, body, more string
		status                   int
		says                     string
	}{
		{"POST", "giftCardObject", object, ``, 400, "not found"},
		{"POST", "giftCardClass", class, `,"colour":"red"`, 400, "unknown name"},
		{"POST", "giftCardClass", class, `,"wordMark":{}`, 400, "deprecated"},
		{"POST", "giftCardClass", class, `,"enableSmartTap":"yes"`, 400, "boolean"},
		{"POST", "giftCardClass", strings.Replace(class, "UNDER_REVIEW", "APPROVED", 1), ``, 400, "review status"},
		{"POST", "giftCardClass", strings.Replace(class, `"issuerName":"x",`, "", 1), ``, 400, "issuerName is required"},
		{"POST", "giftCardClass", strings.Replace(class, "ISSUER.c", "1.c", 1), ``, 400, "invalid resource"},
		{"POST", "giftCardClass", class, ``, 200, "APPROVED"},
		{"POST", "giftCardClass", class, ``, 409, "exists"},
		{"PATCH", "giftCardClass/ISSUER.c", `{"merchantName":"y"}`, ``, 400, "review status"},
		{"PATCH", "giftCardClass/ISSUER.c", `{"merchantName":"y","reviewStatus":"DRAFT"}`, ``, 400, "review status"},
		{"PATCH", "giftCardClass/ISSUER.c", `{"merchantName":"y","reviewStatus":"UNDER_REVIEW"}`, ``, 200, `"y"`},
		{"PUT", "giftCardClass/ISSUER.c", class, ``, 405, "PUT"},
		{"POST", "giftCardObject", object, `,"merchantLocations":[` + places + `]`, 400, "10 is the most"},
		{"POST", "giftCardObject", object, `,"balance":{"micros":5,"currencyCode":"RUB"}`, 400, "number where a string"},
		{"POST", "giftCardObject", object, `,"heroImage":{"sourceUri":{"uri":"http://x/y.png"}}`, 400, "not public"},
		{"POST", "giftCardObject", object, `,"smartTapRedemptionValue":"ё"`, 400, "ASCII"},
		{"POST", "giftCardObject", object, `,"textModulesData":[{"id":"a.b","body":"x"}]`, 400, "letters"},
		{"POST", "giftCardObject", object, `,"rotatingBarcode":{"valuePattern":"{totp_value_0}","totpDetails":{"algorithm":"TOTP_SHA1","parameters":[{"key":"MZXW6","valueLength":8}]}}`, 400, "Base16"},
		{"POST", "giftCardObject", object, ``, 200, "ACTIVE"},
		{"POST", "loyaltyObject/ISSUER.o/addMessage", `{"message":{"body":"x"}}`, ``, 404, "not found"},
		{"POST", "giftCardObject/ISSUER.o/addMessage", `{"message":{"messageType":"SHOUT"}}`, ``, 400, "none of"},
		{"POST", "giftCardObject/ISSUER.o/addMessage", `{"message":{"body":"x","messageType":"TEXT"}}`, ``, 200, "resource"},
	} {
		fill := strings.NewReplacer("ISSUER", g.Issuer, "MORE", try.more)
		status, said := call(try.method, fill.Replace(try.path), fill.Replace(try.body))
		if status != try.status || !strings.Contains(said, try.says) {
			t.Errorf("%s %s %s: %d %s", try.method, try.path, try.more, status, said)
		}
	}
	bearer = "none"
	if status, _ := call("GET", "giftCardClass/"+g.Issuer+".c", ""); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", status)
	}
}

// token asks for a token as a service account does.
func token(t *testing.T, g *googletest.Google, now time.Time) string {
	t.Helper()
	var account struct {
		Email string `json:"client_email"`
		Key   string `json:"private_key"`
	}
	if err := json.NewDecoder(bytes.NewReader(g.ServiceAccount())).Decode(&account); err != nil {
		t.Fatal(err)
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(account.Key))
	if err != nil {
		t.Fatal(err)
	}
	assertion, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": account.Email, "scope": "https://www.googleapis.com/auth/wallet_object.issuer", "aud": g.URL + "/token",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	res, err := http.PostForm(g.URL+"/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var granted struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&granted); err != nil || granted.Token == "" {
		t.Fatalf("no token: %v", err)
	}
	return granted.Token
}
