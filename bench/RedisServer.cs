using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace SwarmCompute.Bench;

/// <summary>A Redis server of its own, on a free port of this machine, that logs every write to a file; ended and forgotten with this object.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const int AnswersWithin = 200, AnswerPauseMs = 50;

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly ConnectionMultiplexer _connection;

    private RedisServer(Process process, DirectoryInfo folder, ConnectionMultiplexer connection, string address) =>
        (_process, _folder, _connection, Address) = (process, folder, connection, address);

    public string Address { get; }

    /// <summary>The program, from the PATH; null where there is none.</summary>
    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);

    public static async Task<RedisServer> Start(string program, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("bench-redis-");
        var port = FreePort.Find();
        string[] arguments = ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder.FullName, "--appendonly", "yes", "--save", "", "--logfile", "redis.log"];
        var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        var address = $"127.0.0.1:{port}";
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new RedisServer(process, folder, await ConnectionMultiplexer.ConnectAsync($"{address},allowAdmin=true"), address);
            }
            catch (RedisConnectionException) when (attempt < AnswersWithin && !process.HasExited)
            {
                await Task.Delay(AnswerPauseMs, cancel);
            }
        }
    }

    /// <summary>How often a hash was written, which is how grain state is kept.</summary>
    public async Task<long> Writes()
    {
        var commands = (await _connection.GetServers()[0].InfoAsync("commandstats")).SelectMany(section => section).ToDictionary(c => c.Key, c => c.Value);
        return commands.TryGetValue("cmdstat_hmset", out var written) ? long.Parse(written.Split(',')[0]["calls=".Length..], CultureInfo.InvariantCulture) : 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
