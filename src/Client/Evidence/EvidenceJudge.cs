using System.Collections.Immutable;
using System.Text;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Evidence;

/// <summary>Hands evidence to the verifier of its type.</summary>
internal static class EvidenceJudge
{
    /// <summary>Judges it.</summary>
    /// <exception cref="CommandException">Something that was given beside the evidence cannot be read.</exception>
    public static AttestationResult Verify(EvidenceCase given)
    {
        var result = OfType(given);
        return result with { Checks = [.. result.Checks, .. Type(result.Type, given.Policy), .. MeasurementsCheck.Of(result, given.Policy), .. MeasurementsCheck.NotRevoked(result, given.Policy)] };
    }

    private static AttestationResult OfType(EvidenceCase given) => given.Kind switch
    {
        EvidenceKind.Tdx or EvidenceKind.Sgx => TdxVerifier.Verify(given.Evidence, Collateral(given), given.At, given.Root ?? TdxVerifier.IntelRoot, given.Policy.Intel),
        EvidenceKind.Snp => SnpVerifier.Verify(given.Evidence, Endorsements(given), given.At, given.Root is { } ark ? Only(ark) : null, given.Policy.Snp),
        EvidenceKind.Nvidia => NvidiaVerifier.Verify(given.Evidence, Joined([.. given.Endorsements.Where(e => !IsXml(e))]), Published(given), given.At, given.Root is { } root ? EvidenceRoot.OfDevices(root) : NvidiaRoots.Default, given.Policy.Nvidia),
        EvidenceKind.Cca => CcaVerifier.Verify(given.Evidence, Keys(given), given.At, given.Policy.Cca),
        Manifest.Development => Development(given),
        _ => throw new CommandException($"'{given.Kind}' is no type of evidence; give {string.Join(", ", EvidenceKind.All)}"),
    };

    // It counts for an order on a development chain alone, and here is no order.
    private static AttestationResult Development(EvidenceCase given)
    {
        var result = DevelopmentEvidence.Verify(given.Evidence);
        return result with { Checks = result.Checks.Add(Check.Fails("development chain", "evidence.development", DevelopmentEvidence.Meaning)) };
    }

    /// <summary>Whether the policy takes evidence of the type; a device is never what a TEE type names.</summary>
    private static IEnumerable<Check> Type(string type, AttestationPolicy policy)
    {
        if (type == NvidiaVerifier.Type || policy.Types.Contains(type)) return [];
        return [Check.Fails("TEE type", "policy.type", $"{type}; the policy takes {string.Join(", ", policy.Types)}", FailureClass.Policy)];
    }

    private static IntelCollateral? Collateral(EvidenceCase given) => given.Published is { } published ? published.Intel : given.Collateral switch
    {
        [] => null,
        [var only] => IntelCollateral.Parse(only) ?? throw new CommandException("the collateral cannot be read; give a bundle, or one JSON document with the names that dcap-qvl uses"),
        _ => throw new CommandException("a quote has one collateral document"),
    };

    private static SnpEndorsements? Endorsements(EvidenceCase given) => given.Published is { } published ? published.Amd : given.Endorsements.Count == 0 ? null : SnpEndorsements.Read([.. given.Endorsements]);

    private static SnpTrustRoots Only(Hash32 ark) => new(Enum.GetValues<SnpProductLine>().ToImmutableDictionary(line => line, _ => ark));

    private static NvidiaCollateral Published(EvidenceCase given) => given.Published is { Devices: [var device] } ? device : new(
        [.. given.Collateral.Concat(given.Endorsements).Where(IsXml)], [.. given.Collateral.Where(c => !IsXml(c))]);

    private static bool IsXml(ReadOnlyMemory<byte> document) => document.Span.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'<', ..];

    private static ReadOnlyMemory<byte> Joined(IReadOnlyList<ReadOnlyMemory<byte>> documents) =>
        documents.Count == 1 ? documents[0] : documents.SelectMany(d => d.ToArray().Append((byte)'\n')).ToArray();

    private static CcaKeys Keys(EvidenceCase given)
    {
        try
        {
            return new CcaKeys([.. given.Endorsements.SelectMany(e => CcaKeys.Read(Encoding.UTF8.GetString(e.Span)))]);
        }
        catch (FormatException wrong)
        {
            throw new CommandException($"an endorsement is no platform key: {wrong.Message}", wrong);
        }
    }
}
