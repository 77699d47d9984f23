using System.Diagnostics;
using System.Globalization;

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>Sends signals that .NET has no method for.</summary>
internal static class Signal
{
    public static async Task Send(string name, int processId, CancellationToken cancel)
    {
        using var kill = Process.Start("/bin/kill", ["-s", name, processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancel);
        Assert.Equal(0, kill.ExitCode);
    }
}
