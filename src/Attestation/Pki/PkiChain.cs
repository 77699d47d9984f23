using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>
/// Judges a chain from a leaf to a pinned root (RFC 5280, section 6, without policies and name constraints, which are refused where they
/// are critical). The root is only what its pin says: a root inside evidence proves nothing.
/// </summary>
public static class PkiChain
{
    /// <summary>The most certificates of a chain.</summary>
    public const int LengthMax = 8;

    // Platforms and devices send the same certificates with every piece of evidence.
    private static readonly BoundedMemory<ImmutableArray<PkiCertificate>> Read = new(entriesMax: 256);

    /// <summary>Reads certificates, leaf first, from PEM (with trailing NUL or without) or from DER after DER; false where anything else is there.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, out ImmutableArray<PkiCertificate> chain)
    {
        chain = [];
        if (bytes.Length > PemBlocks.BytesMax) return false;
        var name = Hash32.Sha256(bytes.Span);
        if (Read.TryGet(name, out chain)) return true;
        chain = [];
        var isDer = !bytes.IsEmpty && bytes.Span[0] == 0x30;
        if (!(isDer ? PemBlocks.TrySplitDer(bytes, LengthMax, out var blocks) : PemBlocks.TryRead(bytes.Span, "CERTIFICATE", LengthMax, out blocks))) return false;
        var certificates = ImmutableArray.CreateBuilder<PkiCertificate>(blocks.Length);
        foreach (var block in blocks)
        {
            if (!PkiCertificate.TryParse(block, out var certificate)) return false;
            certificates.Add(certificate!);
        }
        chain = certificates.MoveToImmutable();
        if (!chain.IsEmpty) Read.Keep(name, chain);
        return !chain.IsEmpty;
    }

    /// <summary>
    /// The same certificates, leaf first and root last by who names whom as its issuer, for vendors who give them in any order; as they are where
    /// they are no one chain. Names alone decide here, so it says nothing about trust.
    /// </summary>
    public static ImmutableArray<PkiCertificate> Ordered(ImmutableArray<PkiCertificate> chain)
    {
        if (chain.IsDefaultOrEmpty || chain.Length > LengthMax) return chain;
        List<PkiCertificate> rest = [.. chain], upwards = [];
        while (rest.Count > 0)
        {
            var issuer = upwards.Count == 0 ? null : upwards[0];
            var at = rest.FindIndex(c => c.Issuer.Span.SequenceEqual((issuer ?? c).Subject.Span));
            if (at < 0) return chain;
            upwards.Insert(0, rest[at]);
            rest.RemoveAt(at);
        }
        return [.. upwards];
    }

    /// <summary>Judges everything but time.</summary>
    /// <param name="chain">The certificates, leaf first, root last.</param>
    /// <param name="root">SHA-256 of the DER of the root that is trusted.</param>
    /// <param name="rules">What the chain must be beside.</param>
    public static PkiVerdict CheckForm(ImmutableArray<PkiCertificate> chain, Hash32 root, PkiChainRules rules)
    {
        if (chain.IsDefault || chain.Length != rules.Length || chain.Length > LengthMax)
            return new(PkiReason.Length, $"the chain has {(chain.IsDefault ? 0 : chain.Length)} certificates, not {rules.Length}");
        if (chain[^1].Hash != root) return new(PkiReason.Root, $"the root is {chain[^1].Hash}, not the pinned one");
        if (rules.LeafName is { } name && chain[0].SubjectCommonName != name)
            return new(PkiReason.Name, $"the leaf is not named '{name}'");
        for (var i = 0; i < chain.Length; i++)
        {
            var verdict = CheckOne(chain, i, rules);
            if (!verdict.Holds) return verdict;
        }
        return PkiVerdict.Held;
    }

    /// <summary>Judges whether every certificate is valid at a time.</summary>
    public static PkiVerdict CheckTime(ImmutableArray<PkiCertificate> chain, DateTimeOffset at)
    {
        foreach (var certificate in chain)
        {
            if (at < certificate.NotBefore) return new(PkiReason.NotYetValid, $"'{certificate.SubjectCommonName}' is valid from {certificate.NotBefore:u}");
            if (at > certificate.NotAfter) return new(PkiReason.Expired, $"'{certificate.SubjectCommonName}' was valid until {certificate.NotAfter:u}");
        }
        return PkiVerdict.Held;
    }

    /// <summary>Judges form, then time.</summary>
    public static PkiVerdict Check(ImmutableArray<PkiCertificate> chain, Hash32 root, DateTimeOffset at, PkiChainRules rules)
    {
        var verdict = CheckForm(chain, root, rules);
        return verdict.Holds ? CheckTime(chain, at) : verdict;
    }

    /// <summary>The earliest end of its certificates.</summary>
    public static DateTimeOffset ExpiresAt(ImmutableArray<PkiCertificate> chain)
    {
        var earliest = DateTimeOffset.MaxValue;
        foreach (var certificate in chain)
            if (certificate.NotAfter < earliest) earliest = certificate.NotAfter;
        return earliest;
    }

    /// <summary>Forgets all certificates: for benchmarks of what comes first.</summary>
    internal static void Forget() => Read.Clear();

    private static PkiVerdict CheckOne(ImmutableArray<PkiCertificate> chain, int index, PkiChainRules rules)
    {
        var certificate = chain[index];
        var issuer = chain[Math.Min(index + 1, chain.Length - 1)];
        var name = certificate.SubjectCommonName;
        if (certificate.UnknownCriticalExtension(rules.KnownCritical) is { } oid)
            return new(PkiReason.CriticalExtension, $"'{name}' has the critical extension {oid}");
        var mustIssue = index > 0 || rules.LeafIsAuthority;
        if (mustIssue && CheckAuthority(certificate, below: rules.LeafIsAuthority ? index : index - 1) is { Holds: false } authority) return authority;
        if (!mustIssue && rules.LeafMustSign && certificate.KeyUsage is { } usage && !usage.HasFlag(X509KeyUsageFlags.DigitalSignature))
            return new(PkiReason.KeyUsage, $"the key of '{name}' may not sign");
        if (!mustIssue && chain.Length > 1 && certificate.IsAuthority) return new(PkiReason.Authority, $"'{name}' is an authority");
        if (!certificate.Issuer.Span.SequenceEqual(issuer.Subject.Span))
            return new(PkiReason.Name, $"'{name}' was not issued by '{issuer.SubjectCommonName}'");
        return CheckSignature(certificate, issuer, rules.Algorithm);
    }

    private static PkiVerdict CheckAuthority(PkiCertificate certificate, int below)
    {
        var name = certificate.SubjectCommonName;
        if (!certificate.IsAuthority) return new(PkiReason.Authority, $"'{name}' is not an authority");
        if (certificate.PathLength < below) return new(PkiReason.PathLength, $"'{name}' allows {certificate.PathLength} authorities below it, not {below}");
        return certificate.KeyUsage is null || certificate.KeyUsage.Value.HasFlag(X509KeyUsageFlags.KeyCertSign)
            ? PkiVerdict.Held
            : new(PkiReason.KeyUsage, $"the key of '{name}' may not sign certificates");
    }

    private static PkiVerdict CheckSignature(PkiCertificate certificate, PkiCertificate issuer, PkiAlgorithm? demanded)
    {
        var name = certificate.SubjectCommonName;
        var key = issuer.Key;
        if (key is null) return new(PkiReason.Algorithm, $"the key of '{issuer.SubjectCommonName}' is not of a kind that is accepted");
        if (key.Algorithm != certificate.Algorithm || (demanded is { } one && key.Algorithm != one))
            return new(PkiReason.Algorithm, $"the signature of '{name}' is not of the algorithm that is due");
        return certificate.IsSignedBy(issuer)
            ? PkiVerdict.Held
            : new(PkiReason.Signature, $"the signature of '{name}' is not of '{issuer.SubjectCommonName}'");
    }
}
