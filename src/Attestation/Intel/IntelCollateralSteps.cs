using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Whether Intel made the collateral, for this platform and this time, and whether it withdrew a certificate.</summary>
internal static class IntelCollateralSteps
{
    private const string SignerName = "Intel SGX TCB Signing";
    private static readonly PkiChainRules SignerRules = new(2, SignerName, PkiAlgorithm.EcdsaP256Sha256, LeafMustSign: true);
    private static readonly PkiChainRules CrlRules = new(2, null, PkiAlgorithm.EcdsaP256Sha256, LeafIsAuthority: true);

    public static void Run(IntelAppraisal a)
    {
        if (a.Collateral is not { } collateral)
        {
            a.Fail("collateral", "intel.collateral.missing", "there is none", FailureClass.Transient);
            return;
        }
        var crlIssuer = Chain(a, "PCK CRL's chain", "intel.pck-crl-chain", collateral.PckCrlIssuerChain is not null, collateral.PckCrlChain, CrlRules);
        var tcbSigner = Chain(a, "TCB info's chain", "intel.tcb-info-chain", collateral.TcbInfoIssuerChain is not null, collateral.TcbInfoChain, SignerRules);
        var qeSigner = Chain(a, "QE identity's chain", "intel.qe-identity-chain", collateral.QeIdentityIssuerChain is not null, collateral.QeIdentityChain, SignerRules);
        var rootList = RootList(a, collateral, tcbSigner ?? qeSigner ?? crlIssuer ?? a.Pck?.Certificates);
        PckList(a, collateral);
        if (rootList is not null) Intermediates(a, rootList, crlIssuer, tcbSigner, qeSigner);
        CheckTcbInfo(a, collateral, tcbSigner);
        CheckQeIdentity(a, collateral, qeSigner);
    }

    private static ImmutableArray<PkiCertificate>? Chain(
        IntelAppraisal a, string name, string code, bool isThere, ImmutableArray<PkiCertificate> chain, PkiChainRules rules)
    {
        if (!isThere)
        {
            a.Fail(name, code + ".missing", "there is none", FailureClass.Transient);
            return null;
        }
        if (chain.IsEmpty)
        {
            a.Fail(name, code + ".malformed", "these are no certificates");
            return null;
        }
        var form = PkiChain.CheckForm(chain, a.Root, rules);
        if (form.Holds) a.Until(PkiChain.ExpiresAt(chain));
        a.Judge(name, code, form.Holds ? PkiChain.CheckTime(chain, a.At) : form, $"'{chain[0].SubjectCommonName}' and pinned root");
        return form.Holds ? chain : null;
    }

    private static RevocationList? RootList(IntelAppraisal a, IntelCollateral collateral, ImmutableArray<PkiCertificate>? anyChain)
    {
        const string name = "root CRL";
        if (collateral.RootCrl is null) a.Fail(name, "intel.root-crl.missing", "there is none", FailureClass.Transient);
        else if (collateral.RootListRead is not { } list) a.Fail(name, "intel.root-crl.malformed", "this is no revocation list that is read here");
        else if (anyChain is not { } chain) a.Unchecked(name, "intel.root-crl", "root");
        else if (Judged(a, name, "intel.root-crl", list, chain[^1])) return list;
        return null;
    }

    private static void PckList(IntelAppraisal a, IntelCollateral collateral)
    {
        const string name = "PCK CRL";
        if (collateral.PckCrl is null) a.Fail(name, "intel.pck-crl.missing", "there is none", FailureClass.Transient);
        else if (collateral.PckListRead is not { } list) a.Fail(name, "intel.pck-crl.malformed", "this is no revocation list that is read here");
        else if (a.Pck is not { } pck) a.Unchecked(name, "intel.pck-crl", "authority");
        else if (Judged(a, name, "intel.pck-crl", list, pck.Authority))
            a.Judge("PCK revocation", !list.Contains(pck.Leaf.Serial.Span), "intel.pck.revoked", "not revoked", "the platform's certificate is revoked");
    }

    // A list whose time alone is wrong is still believed where it revokes.
    private static bool Judged(IntelAppraisal a, string name, string code, RevocationList list, PkiCertificate issuer)
    {
        var verdict = list.Check(issuer, a.At);
        var authentic = verdict.Holds || verdict.IsOfTime;
        if (authentic) a.Until(list.NextUpdate);
        a.Judge(name, code, verdict, $"of '{issuer.SubjectCommonName}', {list.Count} entries");
        return authentic;
    }

    private static void Intermediates(IntelAppraisal a, RevocationList list, params ReadOnlySpan<ImmutableArray<PkiCertificate>?> chains)
    {
        string? revoked = a.Pck is { } pck && list.Contains(pck.Authority.Serial.Span) ? pck.Authority.SubjectCommonName : null;
        foreach (var chain in chains)
            if (chain is { } one && list.Contains(one[0].Serial.Span)) revoked = one[0].SubjectCommonName;
        a.Judge("authorities' revocation", revoked is null, "intel.authority.revoked", "not revoked", $"'{revoked}' is revoked");
    }

    private static void CheckTcbInfo(IntelAppraisal a, IntelCollateral collateral, ImmutableArray<PkiCertificate>? signer)
    {
        const string name = "TCB info";
        const string code = "intel.tcb-info";
        if (!Signed(a, name, code, collateral.TcbInfoRead, signer)) return;
        if (collateral.TcbInfoRead!.Read is not { } info)
        {
            a.Fail(name, code + ".malformed", "the text has another form");
            return;
        }
        a.TcbInfo = info;
        a.Claims["tcb-evaluation-number"] = Text(info.EvaluationNumber);
        Window(a, name, code, info.IssueDate, info.NextUpdate);
        a.Judge("TCB info's kind", info.Version == 3 && info.Id == (a.Quote.IsTdx ? "TDX" : "SGX"), code + ".kind",
            info.Id, $"TCB info '{Short(info.Id)}' of version {info.Version} is not for this quote");
        if (a.Pck?.Platform is not { } platform) return;
        a.Judge("FMSPC", platform.Fmspc.Span.SequenceEqual(info.Fmspc), code + ".fmspc", Hex(platform.Fmspc), "TCB info is for another FMSPC than the platform's");
        a.Judge("PCEID", platform.PceId.Span.SequenceEqual(info.PceId), code + ".pceid", Hex(platform.PceId), "TCB info is for another PCEID than the platform's");
    }

    private static void CheckQeIdentity(IntelAppraisal a, IntelCollateral collateral, ImmutableArray<PkiCertificate>? signer)
    {
        const string name = "QE identity";
        const string code = "intel.qe-identity";
        if (!Signed(a, name, code, collateral.QeIdentityRead, signer)) return;
        if (collateral.QeIdentityRead!.Read is not { } identity)
        {
            a.Fail(name, code + ".malformed", "the text has another form");
            return;
        }
        a.QeIdentity = identity;
        a.Claims["qe-evaluation-number"] = Text(identity.EvaluationNumber);
        Window(a, name, code, identity.IssueDate, identity.NextUpdate);
        a.Judge("QE identity's kind", identity.Version == 2 && identity.Id == (a.Quote.IsTdx ? "TD_QE" : "QE"), code + ".kind",
            identity.Id, $"identity '{Short(identity.Id)}' of version {identity.Version} is not for this quote");
        var problem = identity.Problem(new SgxReport(a.Quote.QeReport));
        a.Judge("quoting enclave", problem is null, $"intel.qe.{problem}", "as Intel's identity says", $"its {problem} is not what Intel's identity says");
    }

    private static bool Signed<T>(IntelAppraisal a, string name, string code, IntelSignedText<T>? text, ImmutableArray<PkiCertificate>? signer) where T : class
    {
        if (text is null)
        {
            a.Fail(name, code + ".missing", "there is none", FailureClass.Transient);
            return false;
        }
        if (signer is not { } chain)
        {
            a.Unchecked(name, code, "signer");
            return false;
        }
        if (text.IsSignedBy(chain[0])) return true;
        a.Fail(name, code + ".signature", "the signature is not of Intel's signer");
        return false;
    }

    private static void Window(IntelAppraisal a, string name, string code, DateTimeOffset from, DateTimeOffset until)
    {
        a.Until(until);
        var verdict = a.At < from ? new PkiVerdict(PkiReason.NotYetValid, $"it is of {from:u}")
            : a.At > until ? new PkiVerdict(PkiReason.Expired, $"the next one was due on {until:u}")
            : PkiVerdict.Held;
        a.Judge(name, code, verdict, $"of {from:u}");
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string Short(string id) => id.Length <= 16 ? id : id[..16];

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
