package api

import "github.com/verno-loyalty/verno"

// row says who may use a route.
type row struct {
	public bool             // nobody needs to say who he is
	login  bool             // a public route by which secrets are guessed: its rate is the strictest
	may    verno.Permission // what the credential must grant; 0 for any credential
}

// access is who may what: the guard reads it, a test walks it, and a route without a row does not start.
var access = map[string]row{
	"POST /identifications":        {may: verno.MayIdentify},
	"POST /checkouts/quote":        {may: verno.MaySell},
	"PUT /checkouts/{id}":          {may: verno.MaySell},
	"GET /checkouts/{id}":          {may: verno.MaySell},
	"POST /checkouts/{id}/commit":  {may: verno.MaySell},
	"POST /checkouts/{id}/cancel":  {may: verno.MaySell},
	"POST /checkouts/{id}/returns": {may: verno.MaySell | verno.MayReturn},

	"GET /receipts/{id}":           {may: verno.MayReadReceipts},
	"POST /receipts/search":        {may: verno.MayReadReceipts},
	"GET /receipts/{id}/recompute": {may: verno.MayReadReceipts | verno.MayReadConfig},
	"POST /receipts/{id}/returns":  {may: verno.MayReturn},
	"POST /receipts:batch":         {may: verno.MayReplay},
	"GET /operations/{key}":        {may: verno.MayReadOperations},

	"POST /top_ups":            {may: verno.MayTopUp},
	"POST /holds":              {may: verno.MaySell},
	"GET /holds/{id}":          {may: verno.MaySell},
	"POST /holds/{id}/capture": {may: verno.MaySell},
	"POST /holds/{id}/release": {may: verno.MaySell},

	"POST /members":                         {may: verno.MayWriteMembers},
	"GET /members":                          {may: verno.MayReadMembers | verno.MayFindMembers},
	"GET /members/{id}":                     {may: verno.MayReadMembers},
	"PATCH /members/{id}":                   {may: verno.MayReadMembers | verno.MayWriteMembers},
	"DELETE /members/{id}":                  {may: verno.MayErase},
	"POST /members/{id}/data_export":        {may: verno.MayErase},
	"POST /members/{id}/freeze":             {may: verno.MayReadMembers | verno.MayWriteMembers},
	"POST /members/{id}/unfreeze":           {may: verno.MayReadMembers | verno.MayWriteMembers},
	"POST /members/{id}/merge":              {may: verno.MayReadMembers | verno.MayWriteMembers},
	"POST /members/search":                  {may: verno.MayFindMembers},
	"POST /members/lookup":                  {may: verno.MayIdentify},
	"POST /members:bulk_upsert":             {may: verno.MayReadMembers | verno.MayWriteMembers},
	"GET /members/{id}/consents":            {may: verno.MayReadMembers},
	"POST /members/{id}/consents":           {may: verno.MayReadMembers | verno.MayWriteMembers},
	"GET /members/{id}/points":              {may: verno.MayReadMembers},
	"POST /members/{id}/points/adjustments": {may: verno.MayAdjust},
	"GET /members/{id}/timeline":            {may: verno.MayReadMembers},

	"GET /members/{id}/cards":  {may: verno.MayReadMembers},
	"POST /cards":              {may: verno.MayReadMembers | verno.MayWriteMembers},
	"POST /cards/stock":        {may: verno.MayReadMembers | verno.MayWriteMembers},
	"GET /cards/{id}":          {may: verno.MayReadMembers},
	"POST /cards/{id}/code":    {may: verno.MayShowCodes},
	"POST /cards/{id}/block":   {may: verno.MayReadMembers | verno.MayWriteMembers},
	"POST /cards/{id}/unblock": {may: verno.MayReadMembers | verno.MayWriteMembers},
	"POST /cards/{id}/replace": {may: verno.MayReadMembers | verno.MayWriteMembers},

	"GET /programmes":                        {may: verno.MayReadConfig},
	"POST /programmes":                       {may: verno.MayWriteConfig},
	"GET /programmes/{id}":                   {may: verno.MayReadConfig},
	"PUT /programmes/{id}":                   {may: verno.MayWriteConfig},
	"POST /programmes/{id}/validate":         {may: verno.MayReadConfig},
	"POST /programmes/{id}/publish":          {may: verno.MayPublish},
	"POST /programmes/{id}/rollback":         {may: verno.MayPublish},
	"GET /programmes/{id}/versions":          {may: verno.MayReadConfig},
	"GET /programmes/{id}/versions/{number}": {may: verno.MayReadConfig},
	"GET /programmes/{id}/promotions":        {may: verno.MayReadConfig},
	"POST /programmes/{id}/promotions":       {may: verno.MayWriteConfig},
	"GET /promotions/{id}":                   {may: verno.MayReadConfig},
	"PUT /promotions/{id}":                   {may: verno.MayWriteConfig},
	"POST /promotions/{id}/archive":          {may: verno.MayWriteConfig},
	"POST /promotions/{id}/restore":          {may: verno.MayWriteConfig},
	"GET /promotion_types":                   {may: verno.MayReadConfig},

	"GET /stores":       {may: verno.MayReadConfig},
	"POST /stores":      {may: verno.MayManageStores},
	"GET /stores/{id}":  {may: verno.MayReadConfig},
	"PUT /stores/{id}":  {may: verno.MayManageStores},
	"GET /issuers":      {may: verno.MayReadConfig},
	"POST /issuers":     {may: verno.MayWriteConfig},
	"PUT /issuers/{id}": {may: verno.MayWriteConfig},
	"GET /partners":     {may: verno.MayReadConfig},
	"POST /partners":    {may: verno.MayWriteConfig},

	"GET /terminals":                    {may: verno.MayManageStores},
	"POST /terminals":                   {may: verno.MayManageStores},
	"GET /terminals/{id}":               {}, // A till may read itself; the gate sees to the rest.
	"PATCH /terminals/{id}":             {may: verno.MayManageStores},
	"POST /terminals/{id}/pairing_code": {may: verno.MayManageStores},
	"POST /terminals/pair":              {public: true, login: true},
	"POST /terminals/{id}/revoke":       {may: verno.MayManageStores},
	"GET /terminals/{id}/snapshot":      {may: verno.MayReplay}, // A till its own; the gate sees to the rest.
	"POST /terminals/{id}/heartbeat":    {may: verno.MaySell},
	"GET /cashiers":                     {may: verno.MaySell},
	"POST /cashier_sessions":            {may: verno.MaySell},
	"DELETE /cashier_sessions/current":  {},

	"POST /sessions":                        {public: true, login: true},
	"GET /sessions":                         {},
	"DELETE /sessions":                      {},
	"DELETE /sessions/current":              {},
	"GET /me":                               {},
	"PUT /me/password":                      {},
	"POST /me/second_factor":                {},
	"GET /me/second_factor":                 {},
	"POST /me/second_factor/confirm":        {},
	"POST /me/second_factor/recovery_codes": {},
	"POST /me/second_factor/drop":           {},
	"GET /staff":                            {may: verno.MayManageStaff},
	"POST /staff":                           {may: verno.MayManageStaff},
	"GET /staff/{id}":                       {}, // Anybody may read themselves; the gate sees to the rest.
	"PATCH /staff/{id}":                     {may: verno.MayManageStaff},
	"POST /staff/{id}/end_sessions":         {may: verno.MayManageStaff},
	"POST /staff/{id}/reset_second_factor":  {may: verno.MayManageStaff},
	"GET /api_keys":                         {may: verno.MayManageStaff},
	"POST /api_keys":                        {may: verno.MayManageStaff},
	"GET /api_keys/{id}":                    {may: verno.MayManageStaff},
	"DELETE /api_keys/{id}":                 {may: verno.MayManageStaff},

	"GET /changes":                 {may: verno.MayReadAudit},
	"GET /changes/{seq}/proof":     {may: verno.MayReadAudit},
	"GET /audit":                   {may: verno.MayReadAudit},
	"GET /checkpoints":             {may: verno.MayReadAudit},
	"GET /checkpoints/latest":      {may: verno.MayReadAudit},
	"GET /checkpoints/consistency": {may: verno.MayReadAudit},
	"GET /tasks":                   {may: verno.MayReadMembers},
	"POST /tasks/{id}/done":        {may: verno.MayReadMembers | verno.MayWriteMembers},
	"POST /tasks/{id}/approve":     {may: verno.MayAdjustAny},
	"POST /tasks/{id}/refuse":      {may: verno.MayAdjustAny},
}
