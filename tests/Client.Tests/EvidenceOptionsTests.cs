using System.CommandLine;
using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Tests;

public sealed class EvidenceOptionsTests : IDisposable
{
    private static readonly ChainOptions Chain = new()
    {
        Endpoints = [new Uri("http://127.0.0.1:8545")],
        ChainId = 31337,
        OrderBook = Address.Parse("0x00000000000000000000000000000000000000a1"),
        EscrowVault = Address.Parse("0x00000000000000000000000000000000000000a2"),
        Token = Address.Parse("0x00000000000000000000000000000000000000a3"),
        DeployBlock = 0,
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evidence-options-");
    private readonly EvidenceOptions _options = new("the head");
    private readonly Command _command = new("judge");

    public EvidenceOptionsTests() => _options.AddTo(_command);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Platform_keys_that_are_given_are_all_that_is_trusted_for_Arm_and_say_nothing_of_others()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Write("node.pem", key.ExportSubjectPublicKeyInfoPem());
        var given = _options.Given(_command.Parse(["--platform-keys", _folder.FullName]), vendors: null);

        var keys = (await given.For(new Attestation.Evidence("cca", default, default), Cancel)).Cca!;
        Assert.Single(keys.Keys);
        Assert.True(keys.AreAll);
        Assert.Null((await given.For(new Attestation.Evidence("tdx", default, default), Cancel)).Cca);
    }

    [Fact]
    public async Task Where_no_platform_keys_are_given_none_are_at_hand() =>
        Assert.Null((await _options.Given(_command.Parse([]), vendors: null).For(new Attestation.Evidence("cca", default, default), Cancel)).Cca);

    [Fact]
    public void Platform_keys_that_cannot_be_used_are_named_in_one_line()
    {
        Write("node.pem", "x");
        var fault = Assert.Throws<CommandException>(() => _options.Given(_command.Parse(["--platform-keys", _folder.FullName]), vendors: null));
        Assert.StartsWith($"--platform-keys {_folder.FullName} cannot be used: node.pem: A platform key is", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory, InlineData("--collateral"), InlineData("--platform-keys")]
    public void What_evidence_is_judged_with_needs_a_policy(string option) =>
        Assert.StartsWith($"{option} is given without --policy", Assert.Throws<CommandException>(() => _options.Policy(_command.Parse([option, "x"]))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Heads_must_show_evidence_where_a_policy_is_given_and_the_authoritys_word_counts_where_none_is()
    {
        Write("policy.json", """{"types":["tdx"]}""");
        await using var judged = await _options.Heads(_command.Parse(["--policy", Path.Combine(_folder.FullName, "policy.json")]), Chain);
        Assert.Equal((31337ul, Chain.OrderBook), (judged.Attestation!.ChainId, judged.Attestation.OrderBook));
        await using var trusted = await _options.Heads(_command.Parse([]), Chain);
        Assert.Null(trusted.Attestation);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);
}
