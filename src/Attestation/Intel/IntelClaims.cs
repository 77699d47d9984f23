using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Attestation;

/// <summary>What a quote says, by name.</summary>
internal static class IntelClaims
{
    private static readonly string[] ConfigurationNames = ["dynamic-platform", "cached-keys", "smt-enabled"];

    public static void Add(IntelAppraisal a)
    {
        var (claims, quote) = (a.Claims, a.Quote);
        claims["quote-version"] = Text(quote.Version);
        claims["qe-vendor"] = Hex(quote.QeVendor);
        claims["user-data"] = Hex(quote.UserData);
        foreach (var (name, offset, length) in quote.IsTdx ? TdReport.Fields : SgxReport.Fields)
            if (offset + length <= quote.Body.Length) claims[name] = Hex(quote.Body.Slice(offset, length));
        if (!quote.IsTdx) AddEnclave(claims, new SgxReport(quote.Body), "");
        AddEnclave(claims, new SgxReport(quote.QeReport), "qe-");
        claims["qe-mrsigner"] = Hex(quote.QeReport.Slice(128, 32));
        claims["qe-mrenclave"] = Hex(quote.QeReport.Slice(64, 32));
        claims["qe-auth-data"] = Hex(quote.QeAuthData.Length <= 256 ? quote.QeAuthData : quote.QeAuthData[..256]);
        claims["attestation-key"] = Hex(quote.AttestationKey);
        if (a.Pck is { } pck) AddPlatform(claims, pck);
    }

    private static void AddEnclave(ImmutableSortedDictionary<string, string>.Builder claims, SgxReport report, string prefix)
    {
        claims[prefix + "isv-prod-id"] = Text(report.ProductId);
        claims[prefix + "isv-svn"] = Text(report.Svn);
    }

    private static void AddPlatform(ImmutableSortedDictionary<string, string>.Builder claims, PckChain pck)
    {
        var platform = pck.Platform;
        claims["ppid"] = Hex(platform.Ppid);
        claims["fmspc"] = Hex(platform.Fmspc);
        claims["pce-id"] = Hex(platform.PceId);
        claims["pce-svn"] = Text(platform.PceSvn);
        claims["cpu-svn"] = Hex(platform.CpuSvn);
        claims["sgx-type"] = Text(platform.SgxType);
        claims["pck-serial"] = Hex(pck.Leaf.Serial);
        claims["pck-authority"] = pck.IsOfPlatformAuthority ? "platform" : "processor";
        if (!platform.PlatformInstanceId.IsEmpty) claims["platform-instance-id"] = Hex(platform.PlatformInstanceId);
        for (var i = 0; i < ConfigurationNames.Length; i++)
            if (platform.Configuration[i] is { } flag) claims[ConfigurationNames[i]] = flag ? "true" : "false";
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
