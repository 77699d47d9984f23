using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Finds the certificates behind a report among endorsements and checks them up to the pinned root, and against the root's revocation list.</summary>
internal static class SnpChainChecks
{
    private const int Length = 3;

    /// <summary>The certificate of the key that signs reports; null, and a failed check, where it is not there.</summary>
    public static SnpVek? FindKey(SnpReport report, SnpEndorsements endorsements, ICollection<Check> checks)
    {
        const string name = "endorsement key";
        var word = Word(report.KeyKind);
        var wanted = SnpVek.NameOf(report.KeyKind);
        var leaves = endorsements.Certificates.Where(c => c.SubjectCommonName == wanted).ToList();
        if (leaves.Count == 0)
        {
            var other = SnpVek.NameOf(report.KeyKind == SnpKeyKind.Vlek ? SnpKeyKind.Vcek : SnpKeyKind.Vlek);
            checks.Add(endorsements.Certificates.Any(c => c.SubjectCommonName == other)
                ? Check.Fails(name, $"snp.{word}.kind-mismatch", $"the report is signed by a {wanted}, the certificate is a {other}")
                : Check.Fails(name, $"snp.{word}.missing", $"there is no certificate of the {wanted}", FailureClass.Transient));
            return null;
        }
        var veks = leaves.Select(c => SnpVek.TryRead(c, report.KeyKind, out var vek) ? vek : null).OfType<SnpVek>().ToList();
        if (veks.Count == 0)
        {
            checks.Add(Check.Fails(name, $"snp.{word}.malformed", $"the {wanted}'s extensions are not those of its kind"));
            return null;
        }
        checks.Add(Check.Holds(name, wanted));
        return veks.Find(v => v.Tcb == report.ReportedTcb && (v.HardwareId.IsEmpty || v.IsOf(report.ChipId.Span))) ?? veks[0];
    }

    /// <summary>The chain from the key to the root of the line; empty, and a failed check, where a part is not there.</summary>
    public static ImmutableArray<PkiCertificate> FindChain(
        SnpVek vek, SnpKeyKind kind, SnpProductLine line, SnpEndorsements endorsements, SnpTrustRoots roots, ICollection<Check> checks)
    {
        const string name = "certificates";
        if (!roots.Arks.TryGetValue(line, out var pinned))
            return Missing(Check.Fails(name, "snp.ark.untrusted", $"no root of {line} is trusted"));
        var root = endorsements.Certificates.FirstOrDefault(c => c.Hash == pinned);
        if (root is null) return Missing(NoRoot(name, line, endorsements));
        var (word, wanted) = kind == SnpKeyKind.Vlek ? ("asvk", $"SEV-VLEK-{line}") : ("ask", $"SEV-{line}");
        var middle = endorsements.Certificates.Where(c => c.SubjectCommonName == wanted).ToList();
        if (middle.Count == 0)
            return Missing(Check.Fails(name, $"snp.{word}.missing", $"there is no certificate of {wanted}", FailureClass.Transient));
        checks.Add(Check.Holds(name, $"{wanted} under {root.SubjectCommonName}"));
        return [vek.Certificate, middle.Find(vek.Certificate.IsSignedBy) ?? middle[0], root];

        ImmutableArray<PkiCertificate> Missing(Check failed)
        {
            checks.Add(failed);
            return [];
        }
    }

    /// <summary>Judges the chain: names, authorities, algorithms and signatures, then its time.</summary>
    public static IEnumerable<Check> Judge(ImmutableArray<PkiCertificate> chain, SnpKeyKind kind, DateTimeOffset at)
    {
        var rules = new PkiChainRules(Length, SnpVek.NameOf(kind), PkiAlgorithm.RsaPssSha384);
        yield return FromVerdict("certificate chain", "snp.chain.", PkiChain.CheckForm(chain, chain[^1].Hash, rules), "signed up to the pinned root");
        yield return FromVerdict("certificates' time", "snp.chain.", PkiChain.CheckTime(chain, at), "all valid");
    }

    /// <summary>Judges the root's revocation lists, and whether one names an authority of the chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="kind">The kind of the leaf.</param>
    /// <param name="endorsements">Where the lists are.</param>
    /// <param name="at">The time.</param>
    /// <param name="isRequired">Whether there must be a list.</param>
    /// <param name="until">When the list that was relied on ends, or the one that has ended did.</param>
    public static IReadOnlyList<Check> JudgeRevocation(
        ImmutableArray<PkiCertificate> chain, SnpKeyKind kind, SnpEndorsements endorsements, DateTimeOffset at, bool isRequired, out DateTimeOffset? until)
    {
        const string list = "revocation list", revocation = "revocation";
        until = null;
        var root = chain[^1];
        var judged = endorsements.RevocationLists.Where(l => l.Issuer.Span.SequenceEqual(root.Subject.Span))
            .Select(l => (List: l, Verdict: l.Check(root, at))).ToList();
        if (judged.Count == 0)
        {
            if (endorsements.RevocationLists is [var strange, ..]) return [FromVerdict(list, "snp.crl.", strange.Check(root, at), "")];
            return isRequired
                ? [Check.Fails(list, "snp.crl.missing", $"there is no revocation list of '{root.SubjectCommonName}'", FailureClass.Transient)]
                : [Check.Holds(list, "there is none, and the policy asks for none")];
        }
        var good = judged.Find(j => j.Verdict.Holds);
        until = (good.List ?? judged.Find(j => j.Verdict.IsOfTime).List)?.NextUpdate;         // one that was signed and has ended says when
        var form = FromVerdict(list, "snp.crl.", good.List is null ? judged[0].Verdict : good.Verdict, "signed by the root");
        var revoked = chain.Skip(1).FirstOrDefault(c => judged.Any(j => (j.Verdict.Holds || j.Verdict.IsOfTime) && j.List.Contains(c.Serial.Span)));
        if (revoked is null) return good.List is null ? [form] : [form, Check.Holds(revocation, "no authority is revoked")];
        var word = revoked == root ? "ark" : kind == SnpKeyKind.Vlek ? "asvk" : "ask";
        return [form, Check.Fails(revocation, $"snp.{word}.revoked", $"'{revoked.SubjectCommonName}' is revoked")];
    }

    /// <summary>The word for a kind in codes.</summary>
    public static string Word(SnpKeyKind kind) => kind == SnpKeyKind.Vlek ? "vlek" : "vcek";

    private static Check NoRoot(string name, SnpProductLine line, SnpEndorsements endorsements)
    {
        var other = endorsements.Certificates.FirstOrDefault(c => c.SubjectCommonName == $"ARK-{line}");
        return other is null
            ? Check.Fails(name, "snp.ark.missing", $"there is no certificate of ARK-{line}", FailureClass.Transient)
            : Check.Fails(name, "snp.ark.untrusted", $"the root {other.Hash} is not the one of {line} that is trusted");
    }

    private static Check FromVerdict(string name, string code, PkiVerdict verdict, string held) => verdict.Holds
        ? Check.Holds(name, held)
        : Check.Fails(name, code + verdict.Reason, verdict.Detail, verdict.IsOfTime ? FailureClass.Transient : FailureClass.Permanent);
}
