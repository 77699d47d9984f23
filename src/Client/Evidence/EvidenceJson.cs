using System.Globalization;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Evidence;

/// <summary>A verdict as JSON.</summary>
internal static class EvidenceJson
{
    public static string Verdict(AttestationResult result) => result.Verdict == Attestation.Verdict.Accepted ? "accept" : "reject";

    public static JsonObject Of(AttestationResult result) => new()
    {
        ["verdict"] = Verdict(result),
        ["type"] = result.Type == SnpVerifier.Type ? EvidenceKind.Snp : result.Type,         // as --type names it
        ["status"] = result.Status,
        ["statuses"] = new JsonArray([.. result.Statuses.Select(s => JsonValue.Create(s))]),
        ["advisories"] = new JsonArray([.. result.Advisories.Select(a => JsonValue.Create(a))]),
        ["errors"] = new JsonArray([.. result.Checks.Where(c => !c.Passed).Select(c => new JsonObject
        {
            ["code"] = c.Code,
            ["class"] = c.Class.ToString().ToLowerInvariant(),
            ["message"] = $"{c.Name}: {c.Detail}",
        })]),
        ["explanation"] = result.Explain(),
        ["claims"] = new JsonObject(result.Claims.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))),
        ["tcbDate"] = Time(result.TcbDate),
        ["expiresAt"] = Time(result.ExpiresAt),
        ["checks"] = new JsonArray([.. result.Checks.Select(c => new JsonObject { ["name"] = c.Name, ["passed"] = c.Passed, ["detail"] = c.Detail })]),
    };

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
