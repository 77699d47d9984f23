using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace SwarmCompute.Attestation;

/// <summary>Collects for SEV-SNP reports; what the host gave is taken where it is AMD's, and saves asking.</summary>
internal sealed class AmdCollector(TimeProvider time)
{
    private const int ParsedMax = 256, OlderThanCpuid = 3;
    private readonly LeastRecent<Hash32, SnpEndorsements> _parsed = new(ParsedMax);

    /// <summary>The endorsements, the same object for the same items; null where the report says nothing of its key.</summary>
    public async Task<SnpEndorsements?> Collect(CollateralCollection collection, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte>? hint)
    {
        if (!SnpReport.TryRead(document, out var report))
        {
            collection.NoteEvidence($"a report has {SnpReport.Size} bytes, not {document.Length}");
            return null;
        }
        var given = hint is { } bytes && PkiChain.TryParse(bytes, out var certificates) ? certificates : [];
        if (report!.KeyKind is not (SnpKeyKind.Vcek or SnpKeyKind.Vlek)) collection.NoteEvidence("no key signs the report");
        else if (Lines(report, given) is not { Length: > 0 } lines) collection.NoteEvidence("the report is of no processor that is known");
        else return await Collect(collection, report, lines, given);
        return null;
    }

    private async Task<SnpEndorsements> Collect(
        CollateralCollection collection, SnpReport report, ImmutableArray<SnpProductLine> lines, ImmutableArray<PkiCertificate> given)
    {
        var leaf = given.FirstOrDefault(c => c.SubjectCommonName == SnpVek.NameOf(report.KeyKind));
        CollateralEntry? chain = null, list = null, vcek = null;
        foreach (var line in lines)
        {
            chain = await Authorities(collection, line, report.KeyKind, given);
            if (chain is null) continue;
            var certificates = chain.Item.Body;
            var listing = collection.Get(new(CollateralKey.AmdCrl(line, report.KeyKind)) { IssuerChain = certificates });
            if (report.KeyKind == SnpKeyKind.Vcek) vcek = await Vcek(collection, report, line, certificates, leaf);
            list = await listing;
            if (vcek is not null) break;
        }
        if (report.KeyKind == SnpKeyKind.Vlek && leaf is null) collection.NoteEvidence("a VLEK's certificate comes from the host; give what it gave");
        // A VCEK that is not AMD's is only the host's noise: without it the verdict waits, with it it would be a refusal.
        return Join([chain, list, vcek], report.KeyKind == SnpKeyKind.Vlek || report.IsChipIdMasked ? leaf : null);
    }

    /// <summary>From version 3 on the report names the processor; before it the host's certificate may, and else two lines come into question.</summary>
    private static ImmutableArray<SnpProductLine> Lines(SnpReport report, ImmutableArray<PkiCertificate> given)
    {
        if (report.Version >= OlderThanCpuid) return SnpProduct.OfCpuid(report.CpuFamily, report.CpuModel) is { } line ? [line] : [];
        foreach (var certificate in given)
            if (SnpVek.TryRead(certificate, report.KeyKind, out var vek)) return [vek!.Line];
        return [SnpProductLine.Milan, SnpProductLine.Genoa];
    }

    private async Task<CollateralEntry?> Authorities(CollateralCollection collection, SnpProductLine line, SnpKeyKind kind, ImmutableArray<PkiCertificate> given)
    {
        var key = CollateralKey.AmdChain(line, kind);
        var name = kind == SnpKeyKind.Vlek ? $"SEV-VLEK-{line}" : $"SEV-{line}";
        var (middle, root) = (given.FirstOrDefault(c => c.SubjectCommonName == name), given.FirstOrDefault(c => c.SubjectCommonName == $"ARK-{line}"));
        if (middle is not null && root is not null && !collection.Cache.Has(key))
            collection.Cache.Admit(new(key, Pem(middle, root), null, time.GetUtcNow()));
        return await collection.Get(new(key));
    }

    private async Task<CollateralEntry?> Vcek(
        CollateralCollection collection, SnpReport report, SnpProductLine line, ReadOnlyMemory<byte> authorities, PkiCertificate? given)
    {
        if (report.IsChipIdMasked)
        {
            if (given is null) collection.NoteEvidence("the platform hides its chip; give the certificate that the host gave");
            return null;
        }
        var chip = line == SnpProductLine.Turin ? report.ChipId[..8] : report.ChipId;
        var key = CollateralKey.Vcek(line, chip.Span, report.ReportedTcb);
        if (given is not null && !collection.Cache.Has(key)) collection.Cache.Admit(new(key, given.Raw, authorities, time.GetUtcNow()));
        return await collection.Get(new(key) { IssuerChain = authorities });
    }

    /// <summary>Chain and list as they are, and the leaf: the vendor's, or what the host gave, which the verifier judges.</summary>
    private SnpEndorsements Join(CollateralEntry?[] entries, PkiCertificate? given)
    {
        var name = Hash32.Sha256([.. CollateralParts.NameOf(entries).ToArray(), .. given?.Hash.ToArray() ?? []]);
        if (_parsed.TryGet(name, out var known)) return known!;
        var documents = new List<ReadOnlyMemory<byte>>();
        foreach (var entry in entries)
            if (entry is not null) documents.Add(entry.Item.Body);
        if (given is not null) documents.Add(given.Raw);
        var endorsements = SnpEndorsements.Read([.. documents]);
        _parsed.Keep(name, endorsements);
        return endorsements;
    }

    private static byte[] Pem(params ReadOnlySpan<PkiCertificate> certificates)
    {
        var text = new StringBuilder();
        foreach (var certificate in certificates) text.Append(PemEncoding.WriteString("CERTIFICATE", certificate.Raw.Span)).Append('\n');
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
