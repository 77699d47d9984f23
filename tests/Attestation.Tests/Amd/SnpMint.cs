using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation.Tests.Amd;

/// <summary>Makes reports, certificates and revocation lists of a line of processors under an own root; keys live as long as the tests.</summary>
internal sealed class SnpMint
{
    public static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private const string Arc = "1.3.6.1.4.1.3704.1.";
    private static readonly ConcurrentDictionary<SnpProductLine, SnpMint> Mints = new();
    private readonly RSA _arkKey = RSA.Create(2048), _askKey = RSA.Create(2048), _asvkKey = RSA.Create(2048), _strangeKey = RSA.Create(2048);
    private readonly ECDsa _vekKey = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly SnpProductLine _line;

    private SnpMint(SnpProductLine line)
    {
        _line = line;
        Ark = Authority($"ARK-{line}", _arkKey, $"ARK-{line}", _arkKey, 1);
        Ask = Authority($"SEV-{line}", _askKey, $"ARK-{line}", _arkKey, 2);
        Asvk = Authority($"SEV-VLEK-{line}", _asvkKey, $"ARK-{line}", _arkKey, 3);
        StrangeAsk = Authority($"SEV-{line}", _strangeKey, $"ARK-{line}", _strangeKey, 2);
        StrangeArk = Authority($"ARK-{line}", _strangeKey, $"ARK-{line}", _strangeKey, 1);
        Vcek = Vek(SnpKeyKind.Vcek);
        Vlek = Vek(SnpKeyKind.Vlek);
        Crl = List();
        Roots = new(ImmutableDictionary<SnpProductLine, Hash32>.Empty.Add(line, Hash32.Sha256(Ark)));
    }

    public static SnpMint Of(SnpProductLine line) => Mints.GetOrAdd(line, l => new SnpMint(l));

    public byte[] Ark { get; }
    public byte[] Ask { get; }
    public byte[] Asvk { get; }
    public byte[] StrangeAsk { get; }
    public byte[] StrangeArk { get; }
    public byte[] Vcek { get; }
    public byte[] Vlek { get; }
    public byte[] Crl { get; }
    public SnpTrustRoots Roots { get; }
    public SnpTcb Tcb => _line == SnpProductLine.Turin ? SnpTcb.OfTurin(1, 2, 0, 3, 71) : SnpTcb.Of(10, 0, 27, 88);
    public byte[] ChipId => [.. Enumerable.Range(1, 64).Select(i => (byte)(_line == SnpProductLine.Turin && i > 8 ? 0 : i))];

    public SnpEndorsements Endorsements(SnpKeyKind kind = SnpKeyKind.Vcek) => SnpEndorsements.Read(Ark, kind == SnpKeyKind.Vlek ? Vlek : Vcek, Asvk, Crl, Ask);

    public AttestationResult Verify(byte[] report, SnpEndorsements? endorsements, SnpPolicy? policy = null, DateTimeOffset? at = null) =>
        SnpVerifier.Verify(report, endorsements, at ?? At, Roots, policy ?? SnpPolicy.Strict);

    /// <summary>A report that the strict policy accepts, changed and then signed.</summary>
    public byte[] Report(Action<byte[]>? change = null)
    {
        var report = new byte[SnpReport.Size];
        FirmwareWords(report, 0x00, 5, 7);
        report[0x0a] = 3;                                                   // policy: SMT and the bit that is one
        report[0x34] = 1;
        report[0x40] = 0x25;
        new Random(80).NextBytes(report.AsSpan(0x50, 0x110 - 0x50));
        report.AsSpan(0x160, 32).Fill(0xff);
        foreach (var at in (int[])[0x38, 0x180, 0x1e0, 0x1f0]) BinaryPrimitives.WriteUInt64LittleEndian(report.AsSpan(at), Tcb.Raw);
        (_line switch { SnpProductLine.Milan => (byte[])[0x19, 1, 1], SnpProductLine.Genoa => [0x19, 0x11, 1], _ => [0x1a, 2, 1] }).CopyTo(report, 0x188);
        ChipId.CopyTo(report, 0x1a0);
        foreach (var at in (int[])[0x1e8, 0x1ec]) ((byte[])[55, 55, 1]).CopyTo(report, at);
        report[0x1f8] = report[0x200] = 0x0b;
        change?.Invoke(report);
        Sign(report);
        return report;
    }

    public byte[] Vek(SnpKeyKind kind, SnpTcb? tcb = null, byte[]? hardwareId = null, bool hasId = true, string? product = null, string issuer = "",
        DateTimeOffset? from = null, DateTimeOffset? to = null, ECDsa? ownKey = null, (string Extension, Action<AsnWriter> Write)? more = null)
    {
        var request = new CertificateRequest(Name(kind == SnpKeyKind.Vlek ? "SEV-VLEK" : "SEV-VCEK"), ownKey ?? _vekKey, HashAlgorithmName.SHA384);
        if (more is { } other) Add(request, other.Extension, other.Write);
        Add(request, "2", w => w.WriteCharacterString(UniversalTagNumber.IA5String, product ?? _line.ToString()));
        int[] order = _line == SnpProductLine.Turin ? [9, 1, 2, 3, 5, 6, 7, 8] : [1, 2, 4, 5, 6, 7, 3, 8];
        for (var i = 0; i < 8; i++) Add(request, $"3.{order[i]}", w => w.WriteInteger((long)(((tcb ?? Tcb).Raw >> (8 * i)) & 0xff)));
        if (kind == SnpKeyKind.Vlek && hasId) Add(request, "5", w => w.WriteCharacterString(UniversalTagNumber.IA5String, "Test Cloud"));
        if (kind == SnpKeyKind.Vcek ? hasId : hardwareId is not null)
            request.CertificateExtensions.Add(new X509Extension(Arc + "4", hardwareId ?? (_line == SnpProductLine.Turin ? ChipId[..8] : ChipId), false));
        var (name, key) = (issuer, kind) switch
        {
            ("ark", _) => ($"ARK-{_line}", _arkKey),
            ("asvk", _) or ("", SnpKeyKind.Vlek) => ($"SEV-VLEK-{_line}", _asvkKey),
            ("strange", _) => ($"SEV-{_line}", _strangeKey),
            _ => ($"SEV-{_line}", _askKey),
        };
        return request.Create(Name(name), Pss(key), from ?? At.AddYears(-1), to ?? At.AddYears(6), [1]).RawData;
    }

    public byte[] List(byte revoked = 0, bool isForged = false, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var builder = new CertificateRevocationListBuilder();
        if (revoked != 0) builder.AddEntry([revoked]);
        return builder.Build(Name($"ARK-{_line}"), Pss(isForged ? _strangeKey : _arkKey), 1, to ?? At.AddMonths(6), HashAlgorithmName.SHA384,
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier([1, 2, 3]), from ?? At.AddMonths(-6));
    }

    public void Sign(byte[] report)
    {
        var pair = _vekKey.SignData(report.AsSpan(0, SnpReport.SignedSize), HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        for (var i = 0; i < 48; i++)
        {
            report[SnpReport.SignedSize + i] = pair[47 - i];
            report[SnpReport.SignedSize + 72 + i] = pair[95 - i];
        }
    }

    public static void FirmwareWords(byte[] report, int at, params uint[] words) => Measurement.FirmwareImage.Words(report.AsSpan(at), words);

    private static byte[] Authority(string subject, RSA key, string issuer, RSA issuerKey, byte serial)
    {
        var request = new CertificateRequest(Name(subject), key, HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.Create(Name(issuer), Pss(issuerKey), At.AddYears(-5), At.AddYears(20), [serial]).RawData;
    }

    private static void Add(CertificateRequest request, string extension, Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        request.CertificateExtensions.Add(new X509Extension(Arc + extension, writer.Encode(), false));
    }

    private static X509SignatureGenerator Pss(RSA key) => X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pss);

    private static X500DistinguishedName Name(string name) => new($"CN={name}, O=Test Micro Devices");
}
