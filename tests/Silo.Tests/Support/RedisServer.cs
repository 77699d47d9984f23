using System.Diagnostics;
using System.Globalization;

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>A Redis of one test, with its append-only file, on a free loopback port.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("swarm-redis-");
    private readonly Process _process;

    private RedisServer(int port)
    {
        ConnectionString = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        _process = Process.Start(new ProcessStartInfo(ServerBinary.Find("redis-server", "redis-server"),
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync", "always", "--dir", _directory.FullName,
        ])
        { RedirectStandardOutput = true })!;
    }

    public string ConnectionString { get; }

    public int ProcessId => _process.Id;

    public static async Task<RedisServer> Start(CancellationToken cancel)
    {
        var server = new RedisServer(FreePort.Next());
        while (await server._process.StandardOutput.ReadLineAsync(cancel) is { } line)
            if (line.Contains("Ready to accept connections", StringComparison.OrdinalIgnoreCase)) return server;
        throw new InvalidOperationException("redis-server ended before it was ready.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }
}
