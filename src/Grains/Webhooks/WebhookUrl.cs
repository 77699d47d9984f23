using System.Globalization;
using System.Net;
using SwarmCompute.Attestation;

namespace SwarmCompute.Grains.Webhooks;

/// <summary>Which addresses a webhook may have. Names are resolved, and judged again, when a delivery is sent.</summary>
public static class WebhookUrl
{
    /// <summary>The most characters of an address.</summary>
    public const int CharsMax = 512;

    private static readonly string[] Begins = ["https://", "http://"];

    /// <summary>
    /// Why nothing is sent there; null where it may be: https to a public host, any port, no user, no fragment; on development chains http and https
    /// to this machine too.
    /// </summary>
    /// <param name="url">The address.</param>
    /// <param name="chainId">The chain that the order is on.</param>
    public static string? Refusal(string url, ulong chainId)
    {
        if (url.Length > CharsMax) return string.Create(CultureInfo.InvariantCulture, $"the address has {url.Length} characters; give at most {CharsMax}");
        if (url.Any(c => c is < '!' or > '~' or '\\')) return "the address has characters that an address cannot have; percent-encode them, and give the host in its ASCII form";
        var begin = Begins.FirstOrDefault(b => url.StartsWith(b, StringComparison.OrdinalIgnoreCase));
        if (begin is null || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0) return "it is no https address";
        if (Authority(url[begin.Length..]).Contains('@', StringComparison.Ordinal)) return "the address names a user; secrets have no place there";
        if (url.Contains('#', StringComparison.Ordinal)) return "the address has a fragment, which no server gets to see";
        if (uri.Port == 0) return "port 0 is none";
        var literal = IPAddress.TryParse(uri.DnsSafeHost, out var ip) ? ip : null;
        var isHere = uri.Host == "localhost" || (literal is not null && IPAddress.IsLoopback(literal));
        if (isHere && DevelopmentChains.Contains(chainId)) return null;
        if (uri.Scheme != Uri.UriSchemeHttps) return "the address is not https";
        return isHere || (literal is not null && !PublicAddress.Contains(literal)) ? $"{uri.Host} is no public address" : null;
    }

    /// <summary>What stands before the path.</summary>
    private static string Authority(string rest)
    {
        var end = rest.IndexOfAny(['/', '?', '#']);
        return end < 0 ? rest : rest[..end];
    }
}
