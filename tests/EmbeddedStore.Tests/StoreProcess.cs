using System.Diagnostics;

namespace SwarmCompute.Tests.EmbeddedStores;

/// <summary>A store in a process of its own (this executable as host), for the tests that kill it.</summary>
internal sealed class StoreProcess : IDisposable
{
    private readonly Process _process;

    private StoreProcess(Process process, string connectionString)
    {
        _process = process;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    public static async Task<StoreProcess> Start(string directory, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["host", directory]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync(cancel);
        return new StoreProcess(process, line ?? throw new InvalidOperationException("The store's process ended before it was ready."));
    }

    /// <summary>Ends the process as <c>kill -9</c> does.</summary>
    public async Task Kill(CancellationToken cancel)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancel);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
