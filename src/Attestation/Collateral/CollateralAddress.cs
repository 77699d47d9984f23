namespace SwarmCompute.Attestation;

/// <summary>Where items are, and how long they may be.</summary>
internal static class CollateralAddress
{
    private const int RimAnswerMax = 512 * 1024, CertificatesMax = 64 * 1024;
    private const string IntelVersion = "certification/v4/";

    /// <summary>The address of an item.</summary>
    public static Uri Of(CollateralKey key, CollateralOptions options)
    {
        var parts = key.Parts;
        return key.Kind switch
        {
            CollateralKind.IntelTcb => Under(options.IntelService, $"{parts[1]}/{IntelVersion}tcb?fmspc={parts[3].ToUpperInvariant()}"),
            CollateralKind.IntelQeIdentity => Under(options.IntelService, $"{parts[1]}/{IntelVersion}qe/identity"),
            CollateralKind.IntelPckCrl => Under(options.IntelService, $"sgx/{IntelVersion}pckcrl?ca={parts[2]}&encoding=der"),
            CollateralKind.IntelRootCrl => options.IntelRootCrl,
            CollateralKind.AmdVcek => Under(options.AmdService, Vcek(parts)),
            CollateralKind.AmdChain => Under(options.AmdService, $"{AmdKind(parts)}/v1/{CollateralKey.LineOf(parts[^2])}/cert_chain"),
            CollateralKind.AmdCrl => Under(options.AmdService, $"{AmdKind(parts)}/v1/{CollateralKey.LineOf(parts[^2])}/crl"),
            CollateralKind.NvidiaRim => Under(options.NvidiaRims, $"v1/rim/{parts[2]}"),
            _ => options.NvidiaOcsp,
        };
    }

    /// <summary>The most bytes of the vendor's answer.</summary>
    public static int BytesMax(CollateralKind kind) => kind switch
    {
        CollateralKind.IntelTcb or CollateralKind.IntelQeIdentity => IntelJson.BytesMax,
        CollateralKind.AmdVcek or CollateralKind.AmdChain => CertificatesMax,
        CollateralKind.NvidiaRim => RimAnswerMax,
        CollateralKind.NvidiaOcsp => OcspResponse.BytesMax,
        _ => 2 * RevocationList.BytesMax,                       // a PCCS gives the root's list in hexadecimal
    };

    /// <summary>The headers in which the certificates above the signer may come; empty where the body, or whoever asks, has them.</summary>
    public static string[] ChainHeaders(CollateralKind kind) => kind switch
    {
        CollateralKind.IntelTcb => ["TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain"],
        CollateralKind.IntelQeIdentity => ["SGX-Enclave-Identity-Issuer-Chain"],
        CollateralKind.IntelPckCrl => ["SGX-PCK-CRL-Issuer-Chain"],
        _ => [],
    };

    // The parameters of AMD 57230, "VCEK interface": two decimal digits each, Turin's FMC first.
    private static string Vcek(string[] parts)
    {
        var line = CollateralKey.LineOf(parts[2]);
        var tcb = Convert.FromHexString(parts[4]);
        byte Part(int index) => tcb[7 - index];
        var query = line == SnpProductLine.Turin
            ? $"fmcSPL={Part(0):00}&blSPL={Part(1):00}&teeSPL={Part(2):00}&snpSPL={Part(3):00}&ucodeSPL={Part(7):00}"
            : $"blSPL={Part(0):00}&teeSPL={Part(1):00}&snpSPL={Part(6):00}&ucodeSPL={Part(7):00}";
        return $"vcek/v1/{line}/{parts[3]}?{query}";
    }

    private static string AmdKind(string[] parts) => parts[1] == "vlek" ? "vlek" : "vcek";

    private static Uri Under(Uri service, string path) => new(service.AbsoluteUri.TrimEnd('/') + "/" + path);
}
