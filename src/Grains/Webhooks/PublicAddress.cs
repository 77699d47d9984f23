using System.Net;

namespace SwarmCompute.Grains.Webhooks;

/// <summary>Which IP addresses lie in the public internet: those that IANA's special-purpose registries do not set apart (RFC 6890, RFC 6598, RFC 9637).</summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] NotPublic4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast6 = IPNetwork.Parse("2000::/3");

    /// <summary>Within global unicast: protocol assignments with Teredo, documentation, 6to4. The two tunnels would lead to any IPv4 address.</summary>
    private static readonly IPNetwork[] NotPublic6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    /// <summary>Whether the address is public. An IPv4 address in IPv6 form is judged as what it is.</summary>
    public static bool Contains(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? !NotPublic4.Any(n => n.Contains(plain))
            : GlobalUnicast6.Contains(plain) && !NotPublic6.Any(n => n.Contains(plain));
    }
}
