using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// Judges the evidence of a CVM and of its devices as one: genuine, of an accepted type and state, and about what it must be about. A function of
/// its arguments; it never throws for what evidence or collateral hold.
/// </summary>
/// <param name="roots">The vendors' roots.</param>
/// <param name="developmentChainId">The one chain on which <c>development</c> evidence may count; null: on none.</param>
public sealed class EvidenceVerifier(TrustRoots roots, ulong? developmentChainId)
{
    /// <summary>Judges it.</summary>
    /// <param name="evidence">What the CVM showed.</param>
    /// <param name="collateral">What the vendors say about it.</param>
    /// <param name="policy">What it must show.</param>
    /// <param name="binding">What it must be about.</param>
    /// <param name="at">The time at which everything must be valid.</param>
    public AttestationResult Verify(Evidence evidence, EvidenceCollateral collateral, AttestationPolicy policy, EvidenceBinding binding, DateTimeOffset at)
    {
        var result = Judge(evidence, collateral, policy, binding, at);
        if (!result.IsTransient || result.ExpiresAt is not { } end || end >= at || at - end > policy.CollateralGrace) return result;
        var before = Judge(evidence, collateral, policy, binding, end);
        return before with { Checks = before.Checks.Add(Check.Holds("collateral's age", $"it ended at {end:u}, within the {policy.CollateralGrace.TotalDays:0.#} days of grace")) };
    }

    private AttestationResult Judge(Evidence evidence, EvidenceCollateral collateral, AttestationPolicy policy, EvidenceBinding binding, DateTimeOffset at)
    {
        var cvm = OfCvm(evidence, collateral, policy, at);
        var claims = EvidenceClaims.TryRead(evidence.Claims);
        var devices = claims is null ? [] : DeviceChecks.Verify(evidence, claims, collateral, policy, binding.KeyHash, roots, at);
        ImmutableArray<Check> checks =
        [
            TypeCheck(evidence, cvm, policy), ChainCheck(evidence, binding),
            .. BindingChecks.Run(evidence, claims, SignedData(cvm), binding),
            .. cvm.Checks, .. MeasurementsCheck.Of(cvm, policy), .. MeasurementsCheck.NotRevoked(cvm, policy),
            .. claims is null ? [] : DeviceChecks.Run(evidence, claims, devices, policy, binding.AreDevicesJudged),
            .. devices.SelectMany((d, i) => d.Checks.Concat(MeasurementsCheck.Of(d, policy)).Select(c => c with { Name = $"device {i}: {c.Name}" })),
        ];
        return cvm with { Type = evidence.Type, Checks = checks, Claims = WithDevices(cvm.Claims, devices), ExpiresAt = Earliest(cvm.ExpiresAt, devices) };
    }

    private AttestationResult OfCvm(Evidence evidence, EvidenceCollateral collateral, AttestationPolicy policy, DateTimeOffset at) => evidence.Type switch
    {
        TdxVerifier.Type or TdxVerifier.SgxType => TdxVerifier.Verify(evidence.Document, collateral.Intel, at, roots.Intel, policy.Intel),
        SnpVerifier.Type => SnpVerifier.Verify(evidence.Document, collateral.Amd, at, roots.Amd, policy.Snp),
        CcaVerifier.Type => CcaVerifier.Verify(evidence.Document, collateral.Cca ?? new CcaKeys([]), at, policy.Cca),
        Manifest.Development => DevelopmentEvidence.Verify(evidence.Document),
        _ => new AttestationResult([Check.Fails("document", "evidence.type.unknown", "this version cannot judge evidence of this type")]),
    };

    private static Check TypeCheck(Evidence evidence, AttestationResult cvm, AttestationPolicy policy)
    {
        const string name = "TEE type";
        if (cvm.Type.Length > 0 && cvm.Type != evidence.Type) return Check.Fails(name, "evidence.type.other", $"the evidence says that it is of type {evidence.Type}, and is of type {cvm.Type}");
        return policy.Types.Contains(evidence.Type)
            ? Check.Holds(name, evidence.Type)
            : Check.Fails(name, "evidence.type.not-accepted", $"the evidence is of type '{Shown(evidence.Type)}'; accepted are {string.Join(", ", policy.Types)}", FailureClass.Policy);
    }

    private Check ChainCheck(Evidence evidence, EvidenceBinding binding)
    {
        const string name = "development chain";
        if (evidence.Type != Manifest.Development) return Check.Holds(name, "the evidence is not of the development type");
        return developmentChainId is { } allowed && allowed == binding.ChainId && DevelopmentChains.Contains(allowed)
            ? Check.Holds(name, $"development evidence is allowed on chain {allowed}")
            : Check.Fails(name, "evidence.development", binding.ChainId is { } chain ? $"development evidence is refused on chain {chain}" : "development evidence is refused where there is no chain");
    }

    /// <summary>The report data that the hardware signed; empty where it could not be read.</summary>
    internal static byte[] SignedData(AttestationResult cvm)
    {
        var name = cvm.Type == CcaVerifier.Type ? "realm.challenge" : "report-data";
        return cvm.Claims.TryGetValue(name, out var hex) ? Convert.FromHexString(hex) : [];
    }

    private static ImmutableSortedDictionary<string, string> WithDevices(ImmutableSortedDictionary<string, string> claims, ImmutableArray<AttestationResult> devices)
    {
        if (devices.IsEmpty) return claims;
        var all = claims.ToBuilder();
        for (var i = 0; i < devices.Length; i++)
            foreach (var (name, value) in devices[i].Claims) all[$"device.{i}.{name}"] = value;
        return all.ToImmutable();
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? cvm, ImmutableArray<AttestationResult> devices) =>
        devices.Select(d => d.ExpiresAt).Append(cvm).Min();

    private static string Shown(string type) => type.Length <= 32 ? type : type[..32];
}
