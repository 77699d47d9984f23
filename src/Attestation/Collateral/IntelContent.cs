using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Whether an item is Intel's (Intel PCS API v4).</summary>
internal static class IntelContent
{
    private static readonly PkiChainRules SignerRules = new(2, "Intel SGX TCB Signing", PkiAlgorithm.EcdsaP256Sha256);
    private static readonly PkiChainRules AuthorityRules = new(2, null, PkiAlgorithm.EcdsaP256Sha256, LeafIsAuthority: true);
    private static readonly PkiChainRules RootRules = new(1, null, PkiAlgorithm.EcdsaP256Sha256, LeafIsAuthority: true);

    public static CollateralContent? Tcb(CollateralItem item, Hash32 root, out string fault)
    {
        if (Signed(item, "tcbInfo", root, out fault) is not { } signed) return null;
        fault = "it is no TCB info of that platform";
        var info = IntelTcbInfo.Parse(signed);
        var parts = item.Key.Parts;
        if (info is null || info.IsTdx != (parts[1] == "tdx") || Convert.ToHexStringLower(info.Fmspc) != parts[3]) return null;
        return new(info.IssueDate, info.NextUpdate, info.EvaluationNumber);
    }

    public static CollateralContent? QeIdentity(CollateralItem item, Hash32 root, out string fault)
    {
        if (Signed(item, "enclaveIdentity", root, out fault) is not { } signed) return null;
        fault = "it is no identity of that quoting enclave";
        var identity = IntelQeIdentity.Parse(signed);
        return identity is null || identity.Id != (item.Key.Parts[1] == "tdx" ? "TD_QE" : "QE")
            ? null
            : new(identity.IssueDate, identity.NextUpdate, identity.EvaluationNumber);
    }

    public static CollateralContent? PckCrl(CollateralItem item, Hash32 root, out string fault)
    {
        if (Certificates(item, root, AuthorityRules, out fault) is not [var authority, ..]) return null;
        var wanted = item.Key.Parts[2] == "platform" ? PckChain.PlatformAuthority : PckChain.ProcessorAuthority;
        fault = $"it is of '{authority.SubjectCommonName}', not of '{wanted}'";
        return authority.SubjectCommonName == wanted ? List(item, authority, out fault) : null;
    }

    public static CollateralContent? RootCrl(CollateralItem item, Hash32 root, out string fault) =>
        Certificates(item, root, RootRules, out fault) is [var authority] ? List(item, authority, out fault) : null;

    /// <summary>A list that its issuer signed, of whatever time.</summary>
    internal static CollateralContent? List(CollateralItem item, PkiCertificate issuer, out string fault)
    {
        fault = "it is no revocation list";
        if (!RevocationList.TryParse(item.Body, out var list)) return null;
        var verdict = list!.Check(issuer, list.ThisUpdate);
        fault = verdict.Detail;
        return verdict.Holds || verdict.IsOfTime ? new(list.ThisUpdate, list.NextUpdate) : null;
    }

    private static ReadOnlyMemory<byte>? Signed(CollateralItem item, string name, Hash32 root, out string fault)
    {
        if (Certificates(item, root, SignerRules, out fault) is not [var signer, ..]) return null;
        fault = $"it is no '{name}' with a signature";
        if (IntelCollateral.Split(item.Body, name) is not var (signed, signature)) return null;
        fault = $"it is not signed by '{signer.SubjectCommonName}'";
        return PkiKey.Import(signer.PublicKeyInfo) is { } key && key.VerifyFixed(signed.Span, signature) ? signed : null;
    }

    private static ImmutableArray<PkiCertificate>? Certificates(CollateralItem item, Hash32 root, PkiChainRules rules, out string fault)
    {
        fault = "there are no certificates beside it";
        if (item.IssuerChain is not { } bytes || !PkiChain.TryParse(bytes, out var given)) return null;
        var chain = PkiChain.Ordered(given);
        var verdict = PkiChain.CheckForm(chain, root, rules);
        fault = verdict.Detail;
        return verdict.Holds ? chain : null;
    }
}
