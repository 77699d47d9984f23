using System.Diagnostics;
using System.Globalization;

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>A PostgreSQL of one test, in a folder of its own, on a free loopback port.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    private readonly string _directory;

    private PostgreSqlServer(string directory, int port)
    {
        _directory = directory;
        ConnectionString = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Username=swarm;Database=postgres");
    }

    public string ConnectionString { get; }

    public static async Task<PostgreSqlServer> Start(CancellationToken cancel)
    {
        var directory = Path.Combine(Path.GetTempPath(), $"swarm-postgresql-{Guid.NewGuid():N}");
        var port = FreePort.Next();
        await Run("initdb", cancel, "-D", directory, "-U", "swarm", "--auth=trust", "--locale=C", "-E", "UTF8", "--no-sync");
        var options = string.Create(CultureInfo.InvariantCulture, $"-p {port} -h 127.0.0.1 -k {directory} -F");
        await Run("pg_ctl", cancel, "start", "-w", "-D", directory, "-l", Path.Combine(directory, "log"), "-o", options);
        return new PostgreSqlServer(directory, port);
    }

    public async ValueTask DisposeAsync()
    {
        await Run("pg_ctl", CancellationToken.None, "stop", "-D", _directory, "-m", "immediate");
        Directory.Delete(_directory, recursive: true);
    }

    // The server refuses to run as root.
    private static async Task Run(string program, CancellationToken cancel, params string[] arguments)
    {
        var path = ServerBinary.Find(program, "postgresql");
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo(ServerBinary.Find("runuser", "util-linux"), ["-u", "postgres", "--", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        start.WorkingDirectory = Path.GetTempPath();
        // Not redirected through a pipe: the server that pg_ctl leaves behind would hold its end.
        using var process = Process.Start(Quiet(start))!;
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}.");
    }

    private static ProcessStartInfo Quiet(ProcessStartInfo start) =>
        new("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", start.FileName, .. start.ArgumentList]) { WorkingDirectory = start.WorkingDirectory };
}
