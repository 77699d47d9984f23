using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SwarmCompute.Tests.EmbeddedStores;

public sealed class EmbeddedStoreTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("swarm-store-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Every_acknowledged_write_survives_a_kill()
    {
        for (var round = 1; round <= 3; round++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"round-{round}");
            var acknowledged = await CountUntilKilled(key);
            using var again = await StoreProcess.Start(_directory.FullName, Cancel);
            using var redis = await RedisConnection.Open(again.ConnectionString, Cancel);
            var kept = int.Parse(await redis.Send(Cancel, "GET", key) ?? "0", CultureInfo.InvariantCulture);
            Assert.InRange(kept, acknowledged, acknowledged + 1);      // the last one may be on disk without its answer
            await again.Kill(Cancel);
        }
    }

    [Fact]
    public async Task The_log_is_cut_by_checkpoints_and_nothing_is_lost()
    {
        const int Writes = 2400;
        const int Keys = 40;
        var filler = new string('x', 100_000);
        using (var store = await StoreProcess.Start(_directory.FullName, Cancel))
        {
            using var redis = await RedisConnection.Open(store.ConnectionString, Cancel);
            for (var i = 0; i < Writes; i++)
                Assert.Equal("OK", await redis.Send(Cancel, "SET", Name(i % Keys), Name(i) + filler));
            await WaitUntilBelow(Writes * filler.Length * 3L / 4);
            await store.Kill(Cancel);
        }
        using var again = EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = _directory.FullName });
        using var reader = await RedisConnection.Open(again.ConnectionString, Cancel);
        for (var k = 0; k < Keys; k++)
            Assert.Equal(Name(Writes - Keys + k) + filler, await reader.Send(Cancel, "GET", Name(k)));
    }

    [Fact]
    public async Task Scripts_run_as_the_grain_storage_needs_them()
    {
        using var store = EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = _directory.FullName });
        using var redis = await RedisConnection.Open(store.ConnectionString, Cancel);
        const string Script = "redis.call('HMSET', KEYS[1], 'etag', ARGV[1]) return redis.call('HGET', KEYS[1], 'etag')";
        Assert.Equal("7", await redis.Send(Cancel, "EVAL", Script, "1", "state", "7"));
    }

    [Fact]
    public async Task Without_the_password_nothing_is_answered()
    {
        using var store = EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = _directory.FullName });
        using var redis = await RedisConnection.Open(store.ConnectionString, Cancel, withPassword: false);
        Assert.StartsWith("NOAUTH", await redis.Send(Cancel, "GET", "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_password_is_kept_and_only_its_owner_can_read_it()
    {
        var options = new EmbeddedStoreOptions { Directory = _directory.FullName };
        string first;
        using (var store = EmbeddedStore.Start(options)) first = store.ConnectionString.Split(',')[1];
        using var again = EmbeddedStore.Start(options);
        Assert.Equal(first, again.ConnectionString.Split(',')[1]);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_directory.FullName, "password")));
    }

    [Fact]
    public void A_directory_in_use_is_refused_in_one_line()
    {
        var options = new EmbeddedStoreOptions { Directory = _directory.FullName };
        using var store = EmbeddedStore.Start(options);
        var refused = Assert.Throws<EmbeddedStoreException>(() => EmbeddedStore.Start(options));
        Assert.Equal($"The directory {_directory.FullName} is in use by another embedded store; stop it, or give another directory.", refused.Message);
    }

    [Fact]
    public void A_port_in_use_is_refused_in_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var refused = Assert.Throws<EmbeddedStoreException>(() => EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = _directory.FullName, Port = port }));
        Assert.Equal($"Port {port} of 127.0.0.1 cannot be taken by the embedded store (AddressAlreadyInUse); give another port, or 0 for a free one.", refused.Message);
        using var after = EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = _directory.FullName });      // the refusal let the directory go
    }

    [Fact]
    public void A_password_file_that_holds_something_else_is_refused()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "password"), "not a password");
        var refused = Assert.Throws<EmbeddedStoreException>(() => EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = _directory.FullName }));
        Assert.Contains("does not hold a store's password", refused.Message, StringComparison.Ordinal);
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"{i}:");

    private async Task<int> CountUntilKilled(string key)
    {
        using var store = await StoreProcess.Start(_directory.FullName, Cancel);
        using var redis = await RedisConnection.Open(store.ConnectionString, Cancel);
        var acknowledged = 0;
        while (acknowledged < 500) acknowledged = int.Parse((await redis.Send(Cancel, "INCR", key))!, CultureInfo.InvariantCulture);
        var kill = store.Kill(Cancel);
        try
        {
            while (true) acknowledged = int.Parse((await redis.Send(Cancel, "INCR", key))!, CultureInfo.InvariantCulture);
        }
        catch (IOException) { }                                       // the kill has arrived (an end of stream is one, too)
        await kill;
        return acknowledged;
    }

    private async Task WaitUntilBelow(long bytesMax)
    {
        while (_directory.EnumerateFiles("aof.log*", SearchOption.AllDirectories).Sum(f => f.Length) > bytesMax)
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancel);
    }
}
