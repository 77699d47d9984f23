using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Judges the evidence of the devices beside a CVM, and that it belongs to that CVM.</summary>
internal static class DeviceChecks
{
    // The loader, which the CVM's evidence measures, binds no device that is in another state (Guest's GatherEvidence).
    private static readonly NvidiaDeviceState Confidential = new(ConfidentialComputing: true, DeveloperTools: false);

    /// <summary>The verdict on each device, in the order of the evidence.</summary>
    public static ImmutableArray<AttestationResult> Verify(
        Evidence evidence, EvidenceClaims claims, EvidenceCollateral collateral, AttestationPolicy policy, Hash32 keyHash, TrustRoots roots, DateTimeOffset at)
    {
        if (claims.Nonce.Length != GpuNonce.VerifierNonceSize) return [];
        var results = ImmutableArray.CreateBuilder<AttestationResult>();
        for (var i = 0; i < Math.Min(evidence.Devices.Length, DeviceEvidence.CountMax); i++)
        {
            var published = i < collateral.Devices.Length ? collateral.Devices[i] : new NvidiaCollateral([], []);
            var asked = policy.Nvidia with { State = Confidential, Nonce = GpuNonce.Of(claims.Nonce.Span, keyHash, i).ToArray() };
            results.Add(NvidiaVerifier.Verify(evidence.Devices[i].Report, evidence.Devices[i].Chain, published, at, roots.Nvidia, asked));
        }
        return results.ToImmutable();
    }

    /// <summary>Whether these are the devices that the claims bind, each once, and enough of them.</summary>
    public static IEnumerable<Check> Run(Evidence evidence, EvidenceClaims claims, ImmutableArray<AttestationResult> results, AttestationPolicy policy, bool areJudged)
    {
        var areShown = !evidence.Devices.IsEmpty || !areJudged;
        if (areShown) yield return Judge("devices", "devices.unbound", AreBound(evidence, claims), $"{evidence.Devices.Length} shown, each bound", "the devices that are shown are not the ones that the claims bind");
        var gpus = areShown ? results.Count(IsGpu) : claims.Devices.Length;
        yield return gpus >= policy.GpusMin
            ? Check.Holds("GPUs", areShown ? $"{gpus}" : $"{gpus} devices, which the authority judged")
            : Check.Fails("GPUs", "evidence.gpus.few", $"there are {gpus}, and {policy.GpusMin} are demanded", FailureClass.Policy);
        var serials = results.Select(r => r.Claims.GetValueOrDefault("device.serial", "")).ToList();
        if (serials.Count > 1)
            yield return Judge("distinct devices", "devices.same", serials.Distinct().Count() == serials.Count, $"{serials.Count} devices", "one device is shown as several");
    }

    private static bool AreBound(Evidence evidence, EvidenceClaims claims)
    {
        if (evidence.Devices.Length != claims.Devices.Length) return false;
        for (var i = 0; i < claims.Devices.Length; i++)
            if (!claims.Devices[i].Span.SequenceEqual(EvidenceClaims.DigestOf(evidence.Devices[i]))) return false;
        return true;
    }

    private static bool IsGpu(AttestationResult result) => result.Claims.GetValueOrDefault("architecture") is { } name && name != nameof(NvidiaArchitecture.Switch);

    private static Check Judge(string name, string code, bool holds, string held, string failed) =>
        holds ? Check.Holds(name, held) : Check.Fails(name, $"evidence.{code}", failed);
}
