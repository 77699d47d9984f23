using System.Security.Cryptography;
using System.Text;
using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Attestation.Tests.Amd;
using SwarmCompute.Attestation.Tests.Measurement;
using SwarmCompute.Guest.Authority;
using SwarmCompute.Guest.Tests;

namespace SwarmCompute.Fuzz;

/// <summary>Good inputs, made with keys of their own in every process.</summary>
internal static class FuzzSeeds
{
    public static readonly DateTimeOffset At = IntelCase.At;
    public static readonly Guid OvmfEntry = new("7255371f-3a3b-4b04-927b-1da6efa8d454");

    public static IEnumerable<byte[]> Quotes() => [new IntelCase(3).ToQuote(), new IntelCase().ToQuote(), new IntelCase(5).ToQuote(), new IntelCase(5, 3).ToQuote(), new IntelCase(5, 4).ToQuote()];

    public static IEnumerable<byte[]> Collateral() => [Text(new IntelCase().ToCollateral().ToJsonString())];

    public static IEnumerable<byte[]> TcbBodies() => [Text($$"""{"tcbInfo":{{IntelTexts.TcbInfo(true).ToJsonString()}},"signature":"00ff"}""")];

    public static IEnumerable<byte[]> TcbInfos() => [Text(IntelTexts.TcbInfo(true).ToJsonString()), Text(IntelTexts.TcbInfo(false).ToJsonString())];

    public static IEnumerable<byte[]> QeIdentities() => [Text(IntelTexts.QeIdentity(true).ToJsonString()), Text(IntelTexts.QeIdentity(false).ToJsonString())];

    public static IEnumerable<byte[]> PckExtensions() => [new IntelCase().Pck.ToExtension().RawData];

    public static IEnumerable<byte[]> Certificates() =>
        [new IntelCase().Leaf.Der, IntelCase.Root.Der, Snp.Vcek, Snp.Ask, Snp.Vlek, .. new NvidiaMint().Devices.Select(d => d.Der)];

    public static IEnumerable<byte[]> Keys() => Certificates().Select(c => PkiCertificate.TryParse(c, out var read) ? read!.PublicKeyInfo.ToArray() : []);

    public static IEnumerable<byte[]> Lists() => [IntelCase.Root.List(null, null, new byte[] { 1 }), IntelCase.Root.List(), Snp.List(revoked: 2), Snp.Crl];

    public static IEnumerable<byte[]> Pem() => [Text(new IntelCase().Leaf.Pem + IntelCase.Root.Pem + "\0"), [.. new IntelCase().Leaf.Der, .. IntelCase.Root.Der]];

    public static IEnumerable<byte[]> SnpReports() => [Snp.Report(), Snp.Report(r => r[0] = 2), SnpMint.Of(SnpProductLine.Turin).Report(r => r[0] = 3)];

    public static IEnumerable<byte[]> Endorsements() => [[.. Snp.Vcek, .. Snp.Ask, .. Snp.Ark, .. Snp.Crl], Text(IntelCase.Root.Pem), Text(ListPem())];

    public static IEnumerable<byte[]> VekExtensions() => ((byte[][])[Snp.Vcek, Snp.Vlek, SnpMint.Of(SnpProductLine.Turin).Vcek])
        .Select(der => PkiCertificate.TryParse(der, out var certificate) ? CertificateShell.EntriesOf(certificate!) : []);

    public static IEnumerable<byte[]> NvidiaReports() => [new NvidiaMint().Report(), new NvidiaMint("LS_10").Report()];

    public static IEnumerable<byte[]> Manifests() => [Text(new NvidiaMint().VbiosRim()), Text(new NvidiaMint().DriverRim())];

    public static IEnumerable<byte[]> OcspResponses()
    {
        var devices = new NvidiaMint().Devices;
        yield return OcspMint.Response(devices[1], devices[2], At.AddHours(-1), At.AddHours(1));
        yield return OcspMint.Response(devices[1], devices[2], At.AddHours(-1), null, reason: 6, responder: devices[3]);
    }

    public static IEnumerable<byte[]> CcaTokens()
    {
        using CcaMint one = new(), other = new() { Tag = 907, Draft = true };
        return [one.Token(), other.Token()];
    }

    public static IEnumerable<byte[]> CoseMessages()
    {
        using var mint = new CcaMint();
        return [mint.Platform(), mint.Realm()];
    }

    public static IEnumerable<byte[]> CcaKeys()
    {
        using var mint = new CcaMint();
        var q = mint.PlatformKey.ExportParameters(includePrivateParameters: false).Q;
        string Coordinate(byte[]? bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
        return [Text(mint.PlatformPem), Text($$"""{"kty":"EC","crv":"P-384","x":"{{Coordinate(q.X)}}","y":"{{Coordinate(q.Y)}}"}""")];
    }

    // TCG PC Client Platform Firmware Profile, section 10.4: the header event, then events with SHA-384 digests.
    public static IEnumerable<byte[]> CcelLogs()
    {
        byte[] id = [.. "Spec ID Event03\0"u8, 0, 0, 0, 0, 0, 2, 0, 2, 1, 0, 0, 0, 0x0c, 0, 48, 0, 0];
        byte[] Event(byte register) => [register, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x0c, 0, .. SHA384.HashData([register]), 3, 0, 0, 0, 1, 2, 3];
        return [[0, 0, 0, 0, 3, 0, 0, 0, .. new byte[20], (byte)id.Length, 0, 0, 0, .. id, .. Event(1), .. Event(2), .. Event(3), .. Event(4)]];
    }

    public static IEnumerable<byte[]> DstackLogs() =>
        [Text($$"""[{"imr":3,"event_type":134217729,"digest":"","event":"app-id","event_payload":"abcd"},{"imr":0,"event_type":4,"digest":"{{new string('0', 96)}}","event":"","event_payload":""}]""")];

    public static IEnumerable<byte[]> Firmware() =>
    [
        FirmwareImage.Snp((0x800000, 0x1000, 1), (0x801000, 0x1000, 2), (0x802000, 0x1000, 3), (0x810000, 0x1000, 0x10)),
        FirmwareImage.Tdx(new TdxSection(0, 0x1000, 0xfff00000, 0x1000, 0, 1), new TdxSection(0, 0, 0x809000, 0x2000, 2, 0)),
    ];

    public static IEnumerable<byte[]> Development() => [DevelopmentEvidence.Create(new byte[64], Hash32.Sha256([2]))];

    public static IEnumerable<byte[]> OrderManifests() => [CertifyCase.Manifest(Hash32.Sha256([3])).ToCanonicalBytes()];

    public static IEnumerable<byte[]> SignedReports()
    {
        using var one = new ReportCase();
        return [one.Signed.ToBytes()];
    }

    public static IEnumerable<byte[]> AuthorityRequests() => [Request().ToBytes(), new AuthorityRequest.Challenge().ToBytes()];

    public static IEnumerable<byte[]> EvidenceExtensions()
    {
        var evidence = Request().Evidence;
        return [EvidenceExtension.Encode(evidence), EvidenceExtension.Encode(evidence with { Type = "tdx", Document = new byte[64] }), EvidenceExtension.Encode(evidence with { Certificates = [new byte[8]] })];
    }

    public static IEnumerable<byte[]> EvidenceClaims() => [Request().Evidence.Claims.ToArray()];

    public static IEnumerable<byte[]> AttestedRequests()
    {
        using var key = P256.CreateKey();
        return [Text(AttestedRequest.Create(key, Request().Evidence))];
    }

    public static IEnumerable<byte[]> LeaseContexts() => [Request().ContextFor(Hash32.Sha256([3])).ToBytes()];

    // AMD 56421: one entry, then one of zeros, then the certificate.
    public static IEnumerable<byte[]> CertificateTables() =>
        [[.. new Guid("63da758d-e664-4564-adc5-f4b93be8accd").ToByteArray(bigEndian: true), 48, 0, 0, 0, .. BitConverter.GetBytes(Snp.Vcek.Length), .. new byte[24], .. Snp.Vcek]];

    public static IEnumerable<byte[]> Bundles() => [new CollateralBundle([new(CollateralKey.AmdCrl(SnpProductLine.Genoa, SnpKeyKind.Vcek), Snp.Crl, Snp.Ark, At)]).Write()];

    public static IEnumerable<byte[]> Policies() => [AttestationPolicy.Strict.ToCanonicalBytes()];

    private static CertifyRequest Request()
    {
        using var key = P256.CreateKey();
        return CertifyCase.Request(key, CertifyCase.Manifest(Hash32.Sha256([3])), new byte[32]);
    }

    private static SnpMint Snp => SnpMint.Of(SnpProductLine.Genoa);

    private static string ListPem() => new(PemEncoding.Write("X509 CRL", Snp.Crl));

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
