using System.Text.Json.Nodes;
using Npgsql;
using SwarmCompute.Silo.Store.PostgreSql;
using SwarmCompute.Silo.Tests.Support;

namespace SwarmCompute.Silo.Tests;

/// <summary>The stores of production: PostgreSQL for membership and reminders, Redis for grain state.</summary>
[Collection("real silos")]        // one at a time
public sealed class PostgreSqlTests(DevelopmentChain chain) : IAsyncLifetime
{
    private readonly TestSwarm _swarm = TestSwarm.Start(chain);
    private PostgreSqlServer _postgreSql = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _postgreSql = await PostgreSqlServer.Start(Cancel);

    public async ValueTask DisposeAsync()
    {
        await _swarm.DisposeAsync();
        await _postgreSql.DisposeAsync();
    }

    [Fact]
    public async Task Silos_meet_in_PostgreSQL_and_run_an_order_through_the_death_of_one()
    {
        await using var redis = await RedisServer.Start(Cancel);
        var silos = Enumerable.Range(1, 3).Select(n => _swarm.Launch(Configure(n, redis))).ToArray();
        foreach (var silo in silos) await silo.WaitUntilReady(Cancel);
        await using var order = await TestOrder.Place(_swarm, silos[0], Cancel);
        var before = await order.WaitUntilRunning(silos[0], Cancel);
        Assert.Equal(3, await Count("SELECT count(*) FROM swarm.membership WHERE Status = 3"));
        Assert.NotEqual(0, await Count("SELECT count(*) FROM swarm.reminder"));

        silos[2].Kill();
        await silos[0].WaitFor("/v1/swarm", s => s["silos"]!.AsArray().Any(m => (string?)m!["node"] == "node-3" && (string?)m["status"] == "Dead"), Cancel);
        await order.WaitUntilRunning(silos[0], Cancel);
        await order.Close(Cancel);
        await silos[1].WaitFor(order.Path, o => (string?)o["status"] == "Completed", Cancel);
        Assert.NotNull(before);
    }

    [Fact]
    public async Task The_schema_can_be_applied_any_number_of_times_and_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostgreSqlSchema.Apply(_postgreSql.ConnectionString, Cancel)));
        Assert.Equal(16, await Count("SELECT count(*) FROM swarm.OrleansQuery"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_without_its_password()
    {
        var refused = await Assert.ThrowsAsync<SiloStartException>(() =>
            PostgreSqlSchema.Apply($"Host=127.0.0.1;Port={FreePort.Next()};Username=swarm;Password=confidential", Cancel));
        Assert.StartsWith("Store:PostgreSql at 127.0.0.1:", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("confidential", refused.Message, StringComparison.Ordinal);
    }

    private JsonObject Configure(int number, RedisServer redis)
    {
        var configuration = _swarm.Configure($"node-{number}", number);
        configuration["Store"] = new JsonObject { ["Kind"] = "PostgreSqlAndRedis", ["Redis"] = redis.ConnectionString, ["PostgreSql"] = _postgreSql.ConnectionString };
        return configuration;
    }

    private async Task<long> Count(string query)
    {
        await using var connection = new NpgsqlConnection(_postgreSql.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
