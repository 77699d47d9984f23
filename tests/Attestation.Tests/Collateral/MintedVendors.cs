using System.Formats.Asn1;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation.Tests.Amd;

namespace SwarmCompute.Attestation.Tests.Collateral;

/// <summary>Intel, AMD and NVIDIA as the tests mint them, behind one server, with a cache's options that name it.</summary>
internal sealed class MintedVendors : IAsyncDisposable
{
    private const string HopperProject = "1010", HopperProjectSku = "0200", HopperChipSku = "882";
    private readonly VendorServer _server;
    private readonly HttpClient _http = HttpCollateralVendor.CreateHttp();

    public MintedVendors()
    {
        _server = new(Reply);
        foreach (var (type, text) in ((int, string)[])[(15, HopperChipSku), (17, HopperProject), (18, HopperProjectSku)])
            Gpu.More.Add((type, Encoding.ASCII.GetBytes(text)));
    }

    public SetClock Clock { get; } = new();

    public IntelCase Intel { get; init; } = new();

    public SnpMint Amd { get; init; } = SnpMint.Of(SnpProductLine.Milan);

    public NvidiaMint Gpu { get; } = new();

    /// <summary>What is answered instead; null where the answer is the right one.</summary>
    public Func<string, VendorReply?> Instead { get; set; } = _ => null;

    public string[] Asked => [.. _server.Asked];

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"swarm-collateral-{Guid.NewGuid():n}");

    public TrustRoots Roots => new(IntelCase.Root.Certificate.Hash, Amd.Roots, Gpu.Roots);

    public CollateralOptions Options => new()
    {
        IntelService = _server.Address,
        IntelRootCrl = new(_server.Address, "root.crl"),
        AmdService = _server.Address,
        NvidiaRims = _server.Address,
        NvidiaOcsp = new(_server.Address, "ocsp"),
        Directory = Folder,
        RequestTimeout = TimeSpan.FromSeconds(10),
    };

    public DeviceEvidence Device => new(Gpu.Report(), Gpu.Chain);

    public CollateralCache Cache(CollateralOptions? options = null) =>
        new(options ?? Options, Roots, new HttpCollateralVendor(_http, options ?? Options, Clock), Clock);

    public CollateralService Service(CollateralOptions? options = null) => new(Cache(options), options ?? Options, Clock);

    public void GoDown(int status = 503) => Instead = _ => new([]) { Status = status };

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    private VendorReply Reply(string path, byte[] body) => Instead(path) ?? (path.Split('?')[0] switch
    {
        "/tdx/certification/v4/tcb" or "/sgx/certification/v4/tcb" => Tcb(),
        "/tdx/certification/v4/qe/identity" or "/sgx/certification/v4/qe/identity" => Signed("enclaveIdentity", "qe_identity", "SGX-Enclave-Identity-Issuer-Chain"),
        "/sgx/certification/v4/pckcrl" => new(Hex("pck_crl"), ("SGX-PCK-CRL-Issuer-Chain", Escaped("pck_crl_issuer_chain"))),
        "/root.crl" => new(Hex("root_ca_crl")),
        "/ocsp" => Ocsp(body),
        var other => OfAmd(other) ?? OfNvidia(other) ?? VendorReply.NotFound,
    });

    public VendorReply Tcb(IntelCase? of = null) => Signed("tcbInfo", "tcb_info", "TCB-Info-Issuer-Chain", of);

    /// <summary>TCB info as a bundle holds it.</summary>
    public CollateralItem TcbItem()
    {
        var reply = Tcb();
        return new(CollateralKey.Tcb(isTdx: true, Intel.Pck.Fmspc), reply.Body, Encoding.ASCII.GetBytes(Uri.UnescapeDataString(reply.Headers[0].Value)), Clock.Now);
    }

    private VendorReply Signed(string name, string field, string header, IntelCase? of = null)
    {
        var json = (of ?? Intel).ToCollateral();
        var body = $"{{\"{name}\":{Text(json, field)},\"signature\":\"{Text(json, field + "_signature")}\"}}";
        return new(Encoding.UTF8.GetBytes(body), (header, Escaped(field + "_issuer_chain")));
    }

    private VendorReply? OfAmd(string path) => path.Split('/') switch
    {
        ["", "vcek", "v1", _, "cert_chain"] => new(Pem(Amd.Ask, Amd.Ark)),
        ["", "vlek", "v1", _, "cert_chain"] => new(Pem(Amd.Asvk, Amd.Ark)),
        ["", _, "v1", _, "crl"] => new(Amd.Crl),
        ["", "vcek", "v1", _, _] => new(Amd.Vcek),
        _ => null,
    };

    private VendorReply? OfNvidia(string path) => path switch
    {
        "/v1/rim/NV_GPU_DRIVER_GH100_550.90.07" => Rim(Gpu.DriverRim()),
        "/v1/rim/NV_GPU_VBIOS_1010_0200_882_96005E0001" => Rim(Gpu.VbiosRim()),
        _ => null,
    };

    private VendorReply Ocsp(byte[] body)
    {
        var list = new AsnReader(body, AsnEncodingRules.DER).ReadSequence().ReadSequence().ReadSequence();
        var id = list.ReadSequence().PeekEncodedValue();
        TestAuthority[] all = [.. Gpu.Devices, .. Gpu.Rim.Signers];
        for (var i = 0; i + 1 < all.Length; i++)
            if (OcspRequest.CertificateId(all[i].Certificate, all[i + 1].Certificate) is { } one && id.Span.SequenceEqual(one))
                return new(OcspMint.Response(all[i], all[i + 1], Clock.Now.AddHours(-1), Clock.Now.AddHours(5)));
        return VendorReply.NotFound;
    }

    private static VendorReply Rim(string xml) =>
        new(Encoding.UTF8.GetBytes(new JsonObject { ["id"] = "x", ["rim"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(xml)) }.ToJsonString()));

    private byte[] Hex(string field) => Convert.FromHexString(Text(Intel.ToCollateral(), field));

    private string Escaped(string field) => Uri.EscapeDataString(Text(Intel.ToCollateral(), field));

    private static string Text(JsonObject json, string field) => json[field]!.GetValue<string>();

    public static byte[] Pem(params byte[][] certificates) =>
        Encoding.ASCII.GetBytes(string.Join('\n', certificates.Select(c => new string(System.Security.Cryptography.PemEncoding.Write("CERTIFICATE", c)))));
}
