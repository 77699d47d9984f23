using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>A customer with one order of two stages, for played guests.</summary>
internal sealed class TestOrder(OrderBook book, OrderId id) : IAsyncDisposable
{
    private ChainClient? _client;

    public OrderId Id => id;

    public string Path => $"/v1/orders/{id}";

    public static async Task<TestOrder> Place(TestSwarm swarm, SiloRun silo, CancellationToken cancel, bool standby = false)
    {
        var client = await ChainClient.Connect(swarm.Chain, cancel);
        var customer = Anvil.Accounts[0];
        var deposit = new Wei(1_000_000);
        var token = new Token(client, customer);
        await token.Mint(customer.Address, deposit, cancel);
        await token.Approve(swarm.Chain.EscrowVault, deposit, cancel);
        var manifest = new Manifest(Manifest.LlamaCpp, new ModelReference(Hash32.Sha256("a model"u8), 7), 2, 512, 1, [Manifest.Development], swarm.Authority.KeyHash) { Standby = standby };
        using var put = await silo.Put($"/v1/manifests/{manifest.Hash}", manifest.ToCanonicalBytes(), cancel);
        Assert.Equal(System.Net.HttpStatusCode.NoContent, put.StatusCode);
        var book = new OrderBook(client, customer);
        var (order, _) = await book.PlaceOrder(new OrderRequest
        {
            ManifestHash = manifest.Hash,
            Token = swarm.Chain.Token,
            Deposit = deposit,
            UnitPrice = new Wei(2),
            Slots = 2,
            AuthorityKeyHash = manifest.Authority,
            EndsAt = TimeProvider.System.GetUtcNow().AddHours(1),
        }, [], cancel);
        return new TestOrder(book, order) { _client = client };
    }

    public Task Close(CancellationToken cancel) => book.CloseOrder(id, cancel);

    public Task<JsonNode> WaitUntilRunning(SiloRun silo, CancellationToken cancel) =>
        silo.WaitFor(Path, o => (string?)o["status"] == "Running" && (bool?)o["head"]?["ready"] == true, cancel);

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
    }
}
