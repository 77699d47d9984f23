using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm evidence verify|verify-cases|inspect|collateral|policy</c>: vendors' evidence, judged here and without a network.</summary>
internal static class EvidenceCommand
{
    private const int Rejected = 3;
    private const int BytesMax = 4 * 1024 * 1024;
    private const int DocumentsMax = 32;

    public static Command Create() => new("evidence", "Judges what a confidential machine shows for itself.") { Verify(), VerifyCases(), Inspect(), EvidenceCollateralCommand.Create(), EvidencePolicyCommand.Create() };

    private static Command Verify()
    {
        var type = new Option<string>("--type") { Description = $"auto, {string.Join(", ", EvidenceKind.All)}", DefaultValueFactory = _ => "auto" };
        var evidence = new Option<string>("--evidence") { Description = "the quote, report or token, or a certificate that carries one", Required = true };
        var collateral = new Option<string?>("--collateral") { Description = "what the vendor publishes: a bundle of 'swarm evidence collateral bundle'; or Intel's as one JSON document; or NVIDIA's manifests (XML) and OCSP responses as a file or a folder of them" };
        var endorsements = new Option<string[]>("--endorsements") { Description = "certificates, revocation lists or platform keys; NVIDIA: the device's chain, and manifests", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var at = new Option<string?>("--at") { Description = "the time at which it is judged, such as 2026-01-31T12:00:00Z; default: now" };
        var root = new Option<string?>("--root") { Description = "the root certificate that is trusted instead of the vendor's" };
        var test = new Option<bool>("--allow-test-root") { Description = "trust whatever root came with the evidence: for tests, it proves nothing" };
        var policy = new Option<string?>("--policy") { Description = "what it must show, JSON; default: strict, and no particular measurement" };
        var json = new Option<bool>("--json") { Description = "one JSON object on standard output" };
        var command = new Command("verify", "Judges evidence. Exit code 0: accepted; 3: rejected; 1: something given cannot be read.") { type, evidence, collateral, endorsements, at, root, test, policy, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var bytes = InputFile.Read(parsed.GetRequiredValue(evidence), BytesMax, "a quote, report or token");
            using var certified = parsed.GetRequiredValue(type) is var named && named == "auto" ? CertificateEvidence.TryOpen(bytes) : null;
            var kind = certified?.Kind ?? (named == "auto" ? EvidenceKind.Of(bytes) : named == SnpVerifier.Type ? EvidenceKind.Snp : named);
            var given = new EvidenceCase
            {
                Kind = kind,
                Evidence = certified?.Document ?? bytes,
                Collateral = parsed.GetValue(collateral) is { } path ? [.. Documents(path)] : [],
                Endorsements = [.. certified?.Endorsements ?? [], .. parsed.GetRequiredValue(endorsements).Select(e => (ReadOnlyMemory<byte>)InputFile.Read(e, BytesMax, "an endorsement"))],
                At = parsed.GetValue(at) is { } time ? Time(time) : TimeProvider.System.GetUtcNow(),
                Policy = parsed.GetValue(policy) is { } file ? EvidencePolicies.Read(file) : EvidencePolicies.Default,
            };
            given = NvidiaEvidenceFile.Open(given);
            if (parsed.GetValue(root) is { } certificate) given = EvidenceRoot.Trust(given, certificate);
            else if (parsed.GetValue(test)) given = given with { Root = EvidenceRoot.OfTest(given) };
            var result = EvidenceJudge.Verify(await EvidenceBundle.Open(given, cancel));
            if (certified is not null) result = certified.WithBinding(result);
            if (named is EvidenceKind.Tdx or EvidenceKind.Sgx && result.Type != named) result = result with { Checks = result.Checks.Add(OtherType(named, result.Type)) };
            if (parsed.GetValue(json)) Console.WriteLine(EvidenceJson.Of(result).ToJsonString());
            else Print(result, given.Root is not null);
            return result.Verdict == Verdict.Accepted ? 0 : Rejected;
        });
        return command;
    }

    private static Command VerifyCases()
    {
        var file = new Argument<string>("file") { Description = "the cases, JSON" };
        var json = new Option<bool>("--json") { Description = "one JSON object on standard output" };
        var command = new Command("verify-cases", "Judges a file of cases, and compares each verdict with the one that is due. Exit code 0 where all agree.") { file, json };
        command.SetAction(parsed =>
        {
            var (cases, disagree) = (0, new List<string>());
            foreach (var (name, given, due) in EvidenceCaseFile.Open(parsed.GetRequiredValue(file)).Cases())
            {
                cases++;
                var result = Judged(given);
                if (EvidenceCaseFile.Agrees(result, due)) continue;
                disagree.Add(name);
                if (!parsed.GetValue(json)) Console.WriteLine($"{name}: due is {due["expect"]} {due["status"]}; it is {EvidenceJson.Verdict(result)} {result.Status}: {result.Why}");
            }
            if (parsed.GetValue(json))
                Console.WriteLine(new JsonObject { ["cases"] = cases, ["agree"] = cases - disagree.Count, ["disagree"] = new JsonArray([.. disagree.Select(d => JsonValue.Create(d))]) }.ToJsonString());
            else Console.WriteLine($"{cases - disagree.Count} of {cases} agree");
            return disagree.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command Inspect()
    {
        var file = new Argument<string>("file") { Description = "a quote, report or token, a certificate, a revocation list, collateral, a manifest or a bundle" };
        var command = new Command("inspect", "Shows what evidence says, which nobody has vouched for here.") { file };
        command.SetAction(parsed =>
        {
            var bytes = InputFile.Read(parsed.GetRequiredValue(file), BytesMax, "a quote, report or token");
            using var certified = CertificateEvidence.TryOpen(bytes, isRequired: false);
            if (certified is null && EndorsementText.TryDescribe(bytes) is { } lines)
            {
                Console.WriteLine("No evidence, but what lies beside it. Nothing below is verified.");
                foreach (var line in lines) Console.WriteLine(string.Concat(line.Select(c => char.IsControl(c) ? '?' : c)));         // names in it are somebody else's text
                return 0;
            }
            var kind = certified?.Kind ?? EvidenceKind.Of(bytes);
            var document = certified?.Document ?? bytes;
            var result = EvidenceJudge.Verify(NvidiaEvidenceFile.Open(new EvidenceCase { Kind = kind, Evidence = document, At = TimeProvider.System.GetUtcNow() }));
            Console.WriteLine($"{kind} evidence{(certified is null ? "" : " in a certificate")}, {document.Length} bytes. Nothing below is verified; 'swarm evidence verify' does that.");
            foreach (var (name, value) in result.Claims) Console.WriteLine($"{name}: {value}");
            if (result.Claims.IsEmpty) throw new CommandException($"it cannot be read: {result.Why}");
            return 0;
        });
        return command;
    }

    // One case whose collateral cannot be read is one that is rejected; the others are judged all the same.
    private static AttestationResult Judged(EvidenceCase given)
    {
        try
        {
            return EvidenceJudge.Verify(given);
        }
        catch (CommandException wrong)
        {
            return new AttestationResult([Check.Fails("collateral", "evidence.collateral.malformed", wrong.Message)]) { Type = given.Kind };
        }
    }

    private static Check OtherType(string named, string found) => Check.Fails("TEE type", "evidence.type.other", $"{named} was named, and this is {found}");

    private static void Print(AttestationResult result, bool isOtherRoot)
    {
        Console.WriteLine($"{result.Type}: {(result.Verdict == Verdict.Accepted ? "accepted" : "rejected")}{(result.Status is { } status ? $", {status}" : "")}");
        if (isOtherRoot) Console.WriteLine("The root is not the vendor's: this proves nothing to anyone else.");
        foreach (var check in result.Checks) Console.WriteLine($"{(check.Passed ? "  ok    " : "  FAILED")} {check.Name}: {check.Detail}{(check.Passed ? "" : $" [{check.Code}, {check.Class.ToString().ToLowerInvariant()}]")}");
        if (!result.Advisories.IsEmpty) Console.WriteLine($"advisories: {string.Join(", ", result.Advisories)}");
        foreach (var (name, value) in result.Claims) Console.WriteLine($"{name}: {value}");
        Console.WriteLine(result.Explain());
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Documents(string path)
    {
        if (!Directory.Exists(path)) return [InputFile.Read(path, CollateralBundle.BytesMax, "collateral")];
        var files = Directory.GetFiles(path).Order(StringComparer.Ordinal).Take(DocumentsMax + 1).ToList();
        return files.Count <= DocumentsMax
            ? files.Select(f => (ReadOnlyMemory<byte>)InputFile.Read(f, BytesMax, "collateral"))
            : throw new CommandException($"{path} has more than {DocumentsMax} files");
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        ? at
        : throw new CommandException($"--at is {text}; give a time such as 2026-01-31T12:00:00Z");
}
