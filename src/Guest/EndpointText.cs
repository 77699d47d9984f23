using System.Globalization;
using System.Net;

namespace SwarmCompute.Guest;

/// <summary>Reads HOST:PORT.</summary>
internal static class EndpointText
{
    /// <summary>An <see cref="IPEndPoint"/> where the host is an address, otherwise a <see cref="DnsEndPoint"/>.</summary>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static EndPoint Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort)
        {
            if (IPAddress.TryParse(text.AsSpan(0, colon), out var address)) return new IPEndPoint(address, port);
            if (Uri.CheckHostName(text[..colon]) == UriHostNameType.Dns) return new DnsEndPoint(text[..colon], port);
        }
        throw new FormatException($"'{text}' is not an endpoint; give HOST:PORT.");
    }
}
