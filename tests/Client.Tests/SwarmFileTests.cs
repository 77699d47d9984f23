using System.Text;
using SwarmCompute.Chain;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Tests;

public sealed class SwarmFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-").FullName;

    [Theory]
    [InlineData("http://127.0.0.1:8545/")]
    [InlineData("http://127.0.0.1:8545/", "https://rpc.example/", "http://127.0.0.2:8545/")]
    public void A_file_says_again_what_was_written(params string[] endpoints)
    {
        var chain = new ChainOptions
        {
            Endpoints = [.. endpoints.Select(e => new Uri(e))],
            ChainId = 31337,
            OrderBook = Address.Parse("0x00000000000000000000000000000000000000a1"),
            EscrowVault = Address.Parse("0x00000000000000000000000000000000000000a2"),
            Token = Address.Parse("0x00000000000000000000000000000000000000a3"),
            DeployBlock = 12,
        };
        var written = new SwarmFile([new Uri("https://127.0.0.1:8443/"), new Uri("https://127.0.0.2:8443/")], "/etc/swarm/root.cer", chain);
        var read = SwarmFile.Read(Write(written.ToBytes()));
        Assert.Equal(written.Silos, read.Silos);
        Assert.Equal(written.Root, read.Root);
        Assert.Equal(chain.Endpoints, read.Chain.Endpoints);
        Assert.Equal(chain with { Endpoints = [] }, read.Chain with { Endpoints = [] });
    }

    [Fact]
    public void The_root_is_looked_for_beside_the_file() =>
        Assert.Equal(Path.Combine(_folder, "root.cer"), SwarmFile.Read(Write(Text())).Root);

    [Theory]
    [InlineData("\"deployBlock\":0", "\"deployBlock\":0,\"gas\":1", "'chain.gas' is unknown")]
    [InlineData("\"root\":\"root.cer\",", "", "it lacks 'root'")]
    [InlineData("\"http://127.0.0.1:8545\"", "[\"http://127.0.0.1:8545\",7]", "does not say where a swarm is")]
    [InlineData("\"http://127.0.0.1:8545\"", "[]", "does not say where a swarm is")]
    [InlineData("31337", "-1", "does not say where a swarm is")]
    [InlineData("0x00000000000000000000000000000000000000a1", "0x1", "is not an address")]
    [InlineData("https://", "http://", "is not an https address")]
    [InlineData("{", "[", "does not say where a swarm is")]
    public void What_makes_no_sense_is_refused_in_one_line(string part, string instead, string said)
    {
        var error = Assert.Throws<CommandException>(() => SwarmFile.Read(Write(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Text()).Replace(part, instead, StringComparison.Ordinal)))));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("nowhere.json", Assert.Throws<CommandException>(() => SwarmFile.Read(Path.Combine(_folder, "nowhere.json"))).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Text() =>
        """{"silos":["https://127.0.0.1:8443"],"root":"root.cer","chain":{"rpc":"http://127.0.0.1:8545","chainId":31337,"orderBook":"0x00000000000000000000000000000000000000a1","escrowVault":"0x00000000000000000000000000000000000000a2","token":"0x00000000000000000000000000000000000000a3","deployBlock":0}}"""u8.ToArray();

    private string Write(byte[] bytes)
    {
        var path = Path.Combine(_folder, "swarm.json");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
