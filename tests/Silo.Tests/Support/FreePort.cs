using System.Net;
using System.Net.Sockets;

namespace SwarmCompute.Silo.Tests.Support;

internal static class FreePort
{
    /// <summary>A loopback port that nobody had a moment ago.</summary>
    public static int Next()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
