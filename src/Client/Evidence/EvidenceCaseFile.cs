using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Evidence;

/// <summary>
/// A file of cases with the verdict that is due, in one of three forms: a list of quotes beside the file; quotes under a test root, with a
/// <c>collaterals.json</c> beside; SEV-SNP reports under test roots.
/// </summary>
internal sealed class EvidenceCaseFile
{
    private const int BytesMax = 64 * 1024 * 1024;

    private readonly string _folder;
    private readonly JsonNode _file;
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _collaterals = [];

    private EvidenceCaseFile(string folder, JsonNode file) => (_folder, _file) = (folder, file);

    /// <summary>Opens the file.</summary>
    /// <exception cref="CommandException">It cannot be read, or has another form.</exception>
    public static EvidenceCaseFile Open(string path) =>
        new(Path.GetDirectoryName(Path.GetFullPath(path))!, Parse(path) ?? throw new CommandException($"{path} is no file of cases"));

    /// <summary>The cases: a name, what is judged, and what is due.</summary>
    /// <exception cref="CommandException">A case lacks something.</exception>
    public IEnumerable<(string Name, EvidenceCase Given, JsonObject Due)> Cases()
    {
        foreach (var node in _file is JsonArray list ? list : _file["cases"] as JsonArray ?? throw new CommandException("the file has no cases"))
        {
            var due = node as JsonObject ?? throw new CommandException("a case is no object");
            var (name, given) = Read(due);
            yield return (name, given, due);
        }
    }

    /// <summary>
    /// Whether a verdict is the one that is due. <c>policy</c>: genuine, and the status decides; <c>policy-reject</c>: genuine, and refused by
    /// the strict policy. Where it is genuine, status and advisories must be the same too.
    /// </summary>
    public static bool Agrees(AttestationResult result, JsonObject due)
    {
        var (isAccepted, isGenuine) = (result.Verdict == Verdict.Accepted, result.Checks.All(c => c.Passed || c.Class == FailureClass.Policy));
        var expected = Text(due, "expect");
        var isRight = expected switch
        {
            "accept" => isAccepted,
            "reject" => !isAccepted && !isGenuine,
            "policy-reject" => !isAccepted && isGenuine,
            "policy" => isGenuine,
            _ => throw new CommandException($"a case expects '{expected}'; known are accept, reject, policy and policy-reject"),
        };
        return isRight && (expected == "reject" || (SaysSame(result.Status, due["status"]) && SaysSame(result.Advisories, due["advisories"])));
    }

    private (string Name, EvidenceCase Given) Read(JsonObject due)
    {
        if (due["quote"] is not null) return ($"{Text(due, "quote")} at {Text(due, "at")}", OfFiles(due));
        if (due["quote_b64"] is not null) return (Text(due, "name"), OfQuote(due));
        if (due["report_b64"] is not null) return (Text(due, "name"), OfReport(due));
        throw new CommandException("a case has neither a quote nor a report");
    }

    private EvidenceCase OfFiles(JsonObject due)
    {
        var evidence = InputFile.Read(Path.Combine(_folder, Text(due, "quote")), BytesMax, "the case's quote");
        return new EvidenceCase
        {
            Kind = EvidenceKind.Of(evidence),
            Evidence = evidence,
            Collateral = [InputFile.Read(Path.Combine(_folder, Text(due, "collateral")), BytesMax, "the case's collateral")],
            At = Time(due),
        };
    }

    private EvidenceCase OfQuote(JsonObject due) => new()
    {
        Kind = EvidenceKind.Tdx,
        Evidence = Bytes(due, "quote_b64"),
        Collateral = due["collateral"] is null ? [] : [Collateral(Text(due, "collateral"))],
        At = Time(due),
        Root = Hash32.Parse(Text(_file.AsObject(), "root_sha256")),
    };

    private EvidenceCase OfReport(JsonObject due)
    {
        var authorities = _file["ca"]?[Text(due, "line")] as JsonObject ?? throw new CommandException($"the file has no authorities of {Text(due, "line")}");
        List<ReadOnlyMemory<byte>> endorsements = [.. authorities.Select(a => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(a.Value!.GetValue<string>()))];
        foreach (var name in new[] { "vek_b64", "crl_b64" })
            if (due[name] is not null) endorsements.Add(Bytes(due, name));
        var given = new EvidenceCase { Kind = EvidenceKind.Snp, Evidence = Bytes(due, "report_b64"), Endorsements = endorsements, At = Time(due) };
        return given with { Root = EvidenceRoot.OfTest(given with { Endorsements = [Encoding.ASCII.GetBytes(Text(authorities, "ark"))] }) };
    }

    private ReadOnlyMemory<byte> Collateral(string id)
    {
        if (_collaterals.Count == 0)
        {
            foreach (var (key, value) in Parse(Path.Combine(_folder, "collaterals.json")) as JsonObject ?? throw new CommandException("collaterals.json is no object"))
                _collaterals[key] = Encoding.UTF8.GetBytes(value!.ToJsonString());
        }
        return _collaterals.TryGetValue(id, out var collateral) ? collateral : throw new CommandException($"collaterals.json has no '{id}'");
    }

    private static JsonNode? Parse(string path)
    {
        try
        {
            return JsonNode.Parse(InputFile.Read(path, BytesMax, "a file of cases"));
        }
        catch (System.Text.Json.JsonException wrong)
        {
            throw new CommandException($"{path} is no JSON: {wrong.Message}", wrong);
        }
    }

    private static bool SaysSame(string? status, JsonNode? due) => due is null || status == due.GetValue<string>();

    private static bool SaysSame(IEnumerable<string> advisories, JsonNode? due) =>
        due is not JsonArray list || advisories.Order(StringComparer.Ordinal).SequenceEqual(list.Select(a => a!.GetValue<string>()).Order(StringComparer.Ordinal));

    private static string Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new CommandException($"a case lacks '{name}'");

    private static byte[] Bytes(JsonObject json, string name)
    {
        try
        {
            return Convert.FromBase64String(Text(json, name));
        }
        catch (FormatException wrong)
        {
            throw new CommandException($"'{name}' of a case is no base64", wrong);
        }
    }

    private static DateTimeOffset Time(JsonObject due) =>
        DateTimeOffset.TryParse(Text(due, "at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : throw new CommandException($"'{Text(due, "at")}' is no time");
}
