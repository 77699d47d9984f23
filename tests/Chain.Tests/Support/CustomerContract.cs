using System.Text.Json;
using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>A contract that orders, or is called when an order ends, on the chain of a test.</summary>
internal sealed class CustomerContract(DevelopmentChain chain, Address address)
{
    public Address Address => address;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Creates contracts/examples/ChainedInference.sol, with the money for its steps.</summary>
    public static async Task<CustomerContract> DeployChainedInference(DevelopmentChain chain, OrderRequest step, params Hash32[] manifests)
    {
        var template = OrderCalls.Request(step);
        var arguments = AbiWriter.Arguments().Add(chain.Options.OrderBook).Add(chain.Options.EscrowVault).Add(template.Write)
            .Add((UInt128)((OrderBookAbi.Request.Words + 3) * WordReader.Size)).Add((UInt128)manifests.Length);
        foreach (var manifest in manifests) arguments.Add(manifest);
        var contract = await Deploy(chain, "ChainedInference", arguments.ToArray());
        await new Token(chain.Client, DevelopmentChain.Deployer).Mint(contract.Address, new Wei(step.Deposit.Value * (UInt128)manifests.Length), Cancel);
        return contract;
    }

    /// <summary>Creates contracts/test/support/Callbacks.sol.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="behaviour">Its member of the enumeration there.</param>
    public static async Task<CustomerContract> DeployCallbacks(DevelopmentChain chain, byte behaviour)
    {
        var contract = await Deploy(chain, "Callbacks", AbiWriter.Arguments().Add(chain.Options.OrderBook).ToArray());
        await contract.Send(new AbiWriter("behave(uint8)").Add((UInt128)behaviour));
        return contract;
    }

    public Task<TransactionReceipt> Send(AbiWriter call) => new TransactionSender(chain.Client, DevelopmentChain.Deployer).Send(address, call.ToArray(), Cancel);

    /// <summary>Asks a view that takes nothing and gives a number.</summary>
    public async Task<UInt128> Number(string name)
    {
        var words = new WordReader(await Ask(name));
        var number = words.UInt128();
        return words.Valid ? number : throw new InvalidOperationException($"{name} gave no number.");
    }

    /// <summary>Asks a view that takes nothing and gives a bytes32.</summary>
    public async Task<Hash32> Hash(string name) => new(await Ask(name));

    private Task<byte[]> Ask(string name) => chain.Client.Ask(address, new AbiWriter($"{name}()").ToArray(), "latest", Cancel);

    private static async Task<CustomerContract> Deploy(DevelopmentChain chain, string name, byte[] arguments)
    {
        using var resource = typeof(CustomerContract).Assembly.GetManifestResourceStream($"{name}.json")!;
        using var artifact = await JsonDocument.ParseAsync(resource, cancellationToken: Cancel);
        var code = Convert.FromHexString(artifact.RootElement.GetProperty("bytecode").GetProperty("object").GetString().AsSpan(2));
        var receipt = await new TransactionSender(chain.Client, DevelopmentChain.Deployer).Send(null, (byte[])[.. code, .. arguments], Cancel);
        return new CustomerContract(chain, receipt.CreatedContract!.Value);
    }
}
