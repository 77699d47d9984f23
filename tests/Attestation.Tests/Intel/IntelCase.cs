using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation.Tests;

/// <summary>A quote and its collateral, minted under a root of the tests: good as it is, and every part of it can be made wrong.</summary>
internal sealed class IntelCase
{
    public static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly TestCertificateOptions AuthorityOptions = new() { Authority = true, PathLength = 0 };
    public static readonly TestAuthority Root = TestAuthority.Root("Intel SGX Root CA");

    private static readonly TestAuthority SharedAuthority = Root.Issue(PckChain.PlatformAuthority, AuthorityOptions);
    private static readonly TestAuthority SharedSigner = Root.Issue("Intel SGX TCB Signing");
    private static readonly ECDsa SharedKey = P256.CreateKey();
    private TestAuthority? _leaf;

    public IntelCase(int version = 4, int bodyType = 2)
    {
        (Version, BodyType) = (version, bodyType);
        Tdx = version != 3;
        BinaryPrimitives.WriteUInt16LittleEndian(Header, (ushort)version);
        Header[2] = 2;
        Header[4] = (byte)(Tdx ? 0x81 : 0);
        Convert.FromHexString("939a7233f79c4ca9940a0db3957f0607").CopyTo(Header, 12);
        Body = Tdx ? IntelBodies.Td(bodyType) : IntelBodies.Sgx(mrSigner: 0x77, product: 5, svn: 1);
        QeReport = IntelBodies.Sgx(mrSigner: 0xdc, product: Tdx ? 2 : 1, svn: 6);
        QeReport.AsSpan(320).Clear();
        TcbInfo = IntelTexts.TcbInfo(Tdx);
        QeIdentity = IntelTexts.QeIdentity(Tdx);
    }

    public int Version { get; }

    public int BodyType { get; set; }

    public bool Tdx { get; }

    public byte[] Header { get; } = new byte[48];

    public byte[] Body { get; }

    public byte[] QeReport { get; }

    public byte[] QeAuth { get; set; } = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public PckExtensionWriter Pck { get; } = new();

    public string LeafName { get; set; } = PckChain.LeafName;

    public TestCertificateOptions LeafOptions { get; set; } = new();

    public TestAuthority Authority { get; set; } = SharedAuthority;

    public TestAuthority Signer { get; set; } = SharedSigner;

    public TestAuthority ListIssuer { get; set; } = SharedAuthority;

    public TestAuthority Leaf
    {
        get => _leaf ??= Authority.Issue(LeafName, LeafOptions with { Extensions = [.. LeafOptions.Extensions, Pck.ToExtension()] });
        init => _leaf = value;
    }

    public JsonObject TcbInfo { get; }

    public JsonObject QeIdentity { get; }

    public List<TestAuthority> RevokedByRoot { get; } = [];

    public List<TestAuthority> RevokedByAuthority { get; } = [];

    public DateTimeOffset? ListFrom { get; set; }

    public DateTimeOffset? ListUntil { get; set; }

    public int CertificationType { get; set; } = IntelQuote.CertificateChainType;

    public Func<IntelCase, byte[]> CertificationData { get; set; } = c => Encoding.ASCII.GetBytes(c.Leaf.Pem + c.Authority.Pem + Root.Pem + "\0");

    /// <summary>Changes what only a signature would notice, after signing.</summary>
    public Action<byte[]>? AfterSigning { get; set; }

    public Action<JsonObject>? Collateral { get; set; }

    public ECDsa AttestationKey { get; set; } = SharedKey;

    public byte[] QuotedKey { get => field ??= Point(AttestationKey); init; } = null!;

    public bool BindKey { get; set; } = true;

    public byte[] ToQuote()
    {
        if (BindKey) SHA256.HashData([.. QuotedKey, .. QeAuth]).CopyTo(QeReport, 320);
        byte[] signed = [.. Header, .. Version == 5 ? (byte[])[.. U16(BodyType), .. U32(Body.Length)] : [], .. Body];
        var certification = CertificationData(this);
        byte[] tail = [.. QeReport, .. Leaf.SignFixed(QeReport), .. U16(QeAuth.Length), .. QeAuth, .. U16(CertificationType), .. U32(certification.Length), .. certification];
        byte[] nested = Version == 3 ? tail : [.. U16(6), .. U32(tail.Length), .. tail];
        byte[] authentication = [.. AttestationKey.SignData(signed, HashAlgorithmName.SHA256), .. QuotedKey, .. nested];
        byte[] quote = [.. signed, .. U32(authentication.Length), .. authentication];
        AfterSigning?.Invoke(quote);
        return quote;
    }

    public JsonObject ToCollateral()
    {
        var (tcbInfo, identity) = (TcbInfo.ToJsonString(), QeIdentity.ToJsonString());
        var json = new JsonObject
        {
            ["pck_crl_issuer_chain"] = ListIssuer.Pem + Root.Pem,
            ["root_ca_crl"] = Convert.ToHexStringLower(Root.List(null, null, [.. RevokedByRoot.Select(r => r.Certificate.Serial)])),
            ["pck_crl"] = Convert.ToHexStringLower(ListIssuer.List(ListFrom, ListUntil, [.. RevokedByAuthority.Select(r => r.Certificate.Serial)])),
            ["tcb_info_issuer_chain"] = Signer.Pem + Root.Pem,
            ["tcb_info"] = tcbInfo,
            ["tcb_info_signature"] = Convert.ToHexStringLower(Signer.SignFixed(Encoding.UTF8.GetBytes(tcbInfo))),
            ["qe_identity_issuer_chain"] = Signer.Pem + Root.Pem,
            ["qe_identity"] = identity,
            ["qe_identity_signature"] = Convert.ToHexStringLower(Signer.SignFixed(Encoding.UTF8.GetBytes(identity))),
        };
        Collateral?.Invoke(json);
        return json;
    }

    public IntelCollateral ReadCollateral() => IntelCollateral.Parse(Encoding.UTF8.GetBytes(ToCollateral().ToJsonString()))!;

    public AttestationResult Verify(IntelPolicy? policy = null, DateTimeOffset? at = null) =>
        TdxVerifier.Verify(ToQuote(), ReadCollateral(), at ?? At, Root.Certificate.Hash, policy ?? IntelPolicy.Default);

    private static byte[] Point(ECDsa key)
    {
        var (x, y) = P256.Point(key);
        return [.. x, .. y];
    }

    private static byte[] U16(int value) => U32(value)[..2];

    private static byte[] U32(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
