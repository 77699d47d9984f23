using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Garnet;

namespace SwarmCompute;

/// <summary>
/// A Redis-compatible store in the calling process (Garnet), for one machine: loopback only, behind a generated password, every
/// acknowledged write on disk before its answer. Killed at any moment, it comes back with all of them.
/// </summary>
public sealed class EmbeddedStore : IDisposable
{
    private const int FreePortAttemptsMax = 5;
    private readonly GarnetServer _server;
    private readonly StoreDirectory _directory;

    private EmbeddedStore(GarnetServer server, StoreDirectory directory, int port)
    {
        _server = server;
        _directory = directory;
        Port = port;
    }

    /// <summary>The loopback port that the store serves on.</summary>
    public int Port { get; }

    /// <summary>What a Redis client of this machine connects with (StackExchange.Redis form); holds the password.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port},password={_directory.Password}");

    /// <summary>Starts a store, with all that its folder holds from before.</summary>
    /// <exception cref="EmbeddedStoreException">The folder or the port is in use or unusable, or what the folder holds cannot be read.</exception>
    public static EmbeddedStore Start(EmbeddedStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var directory = StoreDirectory.Open(options.Directory);
        try
        {
            return options.Port == 0 ? StartOnFreePort(directory) : StartOn(options.Port, directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Stops serving and lets the folder go.</summary>
    public void Dispose()
    {
        _server.Dispose();
        _directory.Dispose();
    }

    // Between finding a free port and taking it, another process may be quicker: then the next one is tried.
    private static EmbeddedStore StartOnFreePort(StoreDirectory directory)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return StartOn(FreePort(), directory);
            }
            catch (EmbeddedStoreException e) when (e.InnerException is SocketException && attempt < FreePortAttemptsMax)
            {
                continue;
            }
        }
    }

    private static EmbeddedStore StartOn(int port, StoreDirectory directory)
    {
        RequireFree(port);
        GarnetServer? server = null;
        try
        {
            server = new GarnetServer(Arguments(port, directory));
            server.Start();
            return new EmbeddedStore(server, directory, port);
        }
        catch (Exception e)      // whatever the server meets in its files: it has no exception type of its own
        {
            server?.Dispose();
            throw new EmbeddedStoreException($"The embedded store in {directory.Path} cannot start: {e.Message}", e);
        }
    }

    private static string[] Arguments(int port, StoreDirectory directory) =>
    [
        "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "-q", "--disable-console-logger",
        "--auth", "Password", "--password", directory.Password,
        "--memory", "64m", "--page", "4m", "--index", "1m",
        // Orleans' Redis storage and reminders write by script.
        "--lua",
        // Both are needed: without the wait, acknowledged writes were lost by a kill.
        "--aof", "--aof-commit-freq", "0", "--aof-commit-wait",
        // A page of the log must hold two pages of the store.
        "--aof-memory", "32m", "--aof-page-size", "8m", "--aof-segment-size", "64m", "--aof-size-limit", "64m",
        "--checkpointdir", directory.Path, "--recover", "--fail-on-recovery-error",
        // The default device needs a newer C library than Debian 12 has, and takes the process down when it misses it.
        "--device-type", "RandomAccess",
    ];

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static void RequireFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
        }
        catch (SocketException e)
        {
            throw new EmbeddedStoreException($"Port {port} of 127.0.0.1 cannot be taken by the embedded store ({e.SocketErrorCode}); give another port, or 0 for a free one.", e);
        }
    }
}
