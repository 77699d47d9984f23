using System.Text.Json;

namespace SwarmCompute.Attestation.Tests;

/// <summary>
/// Agreement with vectors that lie outside of this checkout: SWARM_VECTORS names their folder. Quotes of real machines and of others'
/// synthetic roots are not ours to redistribute; what the verifier must do is covered by minted quotes.
/// </summary>
public sealed class IntelVectorTests
{
    private const string Variable = "SWARM_VECTORS";
    private static readonly string? Folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? Path.Combine(set, "tdx") : null;

    [Fact]
    public void Every_case_of_real_machines_agrees()
    {
        if (!IsThere("cases_real.json")) return;
        using var cases = Open("cases_real.json");
        var wrong = new List<string>();
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            var name = $"{Text(item, "quote")} with {Text(item, "collateral")} at {Text(item, "at")}";
            var collateral = IntelCollateral.Parse(File.ReadAllBytes(Path.Combine(Folder!, Text(item, "collateral")!)));
            var quote = File.ReadAllBytes(Path.Combine(Folder!, Text(item, "quote")!));
            Compare(wrong, name, item, quote, collateral, TdxVerifier.IntelRoot);
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_synthetic_case_agrees()
    {
        if (!IsThere("synthetic/cases.json")) return;
        using var cases = Open("synthetic/cases.json");
        using var collaterals = Open("synthetic/collaterals.json");
        var root = Hash32.Parse(Text(cases.RootElement, "root_sha256")!);
        var wrong = new List<string>();
        foreach (var item in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            var collateral = collaterals.RootElement.GetProperty(Text(item, "collateral")!).GetRawText();
            Compare(wrong, Text(item, "name")!, item, item.GetProperty("quote_b64").GetBytesFromBase64(), IntelCollateral.Parse(System.Text.Encoding.UTF8.GetBytes(collateral)), root);
        }
        Assert.Empty(wrong);
    }

    private static void Compare(List<string> wrong, string name, JsonElement item, byte[] quote, IntelCollateral? collateral, Hash32 root)
    {
        var at = item.GetProperty("at").GetDateTimeOffset();
        var result = TdxVerifier.Verify(quote, collateral, at, root, IntelPolicy.Default);
        var failed = result.Checks.Where(c => !c.Passed).ToList();
        var byPolicyOnly = failed.Count > 0 && failed.TrueForAll(c => c.Class == FailureClass.Policy);
        var agrees = Text(item, "expect") switch
        {
            "accept" => result.Verdict == Verdict.Accepted,
            "reject" => failed.Exists(c => c.Class != FailureClass.Policy),
            "policy-reject" => byPolicyOnly,
            "policy" => (result.Verdict == Verdict.Accepted || byPolicyOnly) && Lenient(quote, collateral, at, root, result) == Verdict.Accepted,
            _ => false,
        };
        if (!agrees) wrong.Add($"{name}: {Text(item, "expect")}, but {result.Verdict}: {result.Why}");
        if (Text(item, "expect") != "reject") CompareStatus(wrong, name, item, result);
        else if (Text(item, "status") is { } status && result.Status is not null && !status.StartsWith(result.Status, StringComparison.Ordinal))
            wrong.Add($"{name}: status {status}, but {result.Status}");
    }

    private static void CompareStatus(List<string> wrong, string name, JsonElement item, AttestationResult result)
    {
        if (result.Status != Text(item, "status")) wrong.Add($"{name}: status {Text(item, "status")}, but {result.Status}");
        if (item.TryGetProperty("advisories", out var advisories) && advisories.ValueKind == JsonValueKind.Array
            && !result.Advisories.SequenceEqual(advisories.EnumerateArray().Select(a => a.GetString()!)))
            wrong.Add($"{name}: advisories {advisories}, but {string.Join(", ", result.Advisories)}");
        if (item.TryGetProperty("tcb_date", out var date) && date.ValueKind == JsonValueKind.String && result.TcbDate != date.GetDateTimeOffset())
            wrong.Add($"{name}: date {date}, but {result.TcbDate:u}");
    }

    // A case whose verdict is the policy's: one that accepts just its status and all advisories accepts it.
    private static Verdict Lenient(byte[] quote, IntelCollateral? collateral, DateTimeOffset at, Hash32 root, AttestationResult result) => TdxVerifier.Verify(
        quote, collateral, at, root, IntelPolicy.Default with { Statuses = [Enum.Parse<IntelTcbStatus>(result.Status!)], Advisories = null }).Verdict;

    private static bool IsThere(string file)
    {
        if (Folder is not null) return File.Exists(Path.Combine(Folder, file)) ? true : throw new FileNotFoundException($"{Variable} names a folder without tdx/{file}.");
        Assert.True(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)));
        return false;
    }

    private static JsonDocument Open(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder!, file)));

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString() : null;
}
