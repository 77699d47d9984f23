using System.CommandLine;
using Spectre.Console;
using SwarmCompute.Client.Demo;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm demo</c>: a whole swarm on this machine, an order, a server's death, report and payment.</summary>
internal static class DemoCommand
{
    private const int PlainWidth = 160;                      // where no terminal says how wide it is
    private static readonly DemoOptions Defaults = new();

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "end with one JSON object on standard output; the story goes to standard error" };
        var model = new Option<string?>("--model") { Description = "a GGUF model; default: the one in models/" };
        var prompt = new Option<string>("--prompt") { Description = "the text to continue", DefaultValueFactory = _ => Defaults.Prompt };
        var tokens = new Option<int>("--tokens") { Description = "tokens to generate", DefaultValueFactory = _ => Defaults.Tokens };
        var silo = new Option<int?>("--kill-silo") { Description = "which silo to kill, 0 to 2; default: the one that hosts a middle stage" };
        var at = new Option<int?>("--kill-at-token") { Description = "how many tokens have come when it is killed; default: a third of the answer" };
        var deposit = new Option<string?>("--deposit") { Description = "the order's deposit in wei; default: twice what the demo uses" };
        var port = new Option<int>("--port") { Description = "port of the first silo's API, the others follow; default: free ones" };
        var standby = new Option<bool>("--standby") { Description = "give every stage after the head a standby, so that its loss needs no replay" };
        var keep = new Option<bool>("--keep") { Description = "keep the swarm up afterwards, until Ctrl-C" };
        var folder = new Option<string?>("--folder") { Description = "where its logs and state go; default: .swarm/demo in the checkout" };
        var rpc = new Option<string?>("--rpc") { Description = "use this development chain instead of starting one" };
        var chainId = new Option<ulong>("--chain-id") { Description = "that chain's id", DefaultValueFactory = _ => Defaults.ChainId };
        var key = new Option<string?>("--key-file") { Description = "the file with the private key of the account that deploys and pays there" };
        var command = new Command("demo", "Runs a whole swarm on this machine: an order, leases, a killed server, a resumed stream, a report, a payment.")
        {
            json, model, prompt, tokens, silo, at, deposit, port, standby, keep, folder, rpc, chainId, key,
        };
        command.SetAction((parsed, cancel) => Run(new DemoOptions
        {
            Model = parsed.GetValue(model),
            Prompt = parsed.GetRequiredValue(prompt),
            Tokens = parsed.GetRequiredValue(tokens),
            KillSilo = parsed.GetValue(silo),
            KillAtToken = parsed.GetValue(at),
            Deposit = parsed.GetValue(deposit) is { } wei ? CommonOptions.Parse(wei, Wei.Parse) : null,
            Port = parsed.GetValue(port),
            Standby = parsed.GetValue(standby),
            Keep = parsed.GetValue(keep),
            Folder = parsed.GetValue(folder),
            Rpc = parsed.GetValue(rpc) is { } url ? CommonOptions.ParseUrl(url) : null,
            ChainId = parsed.GetRequiredValue(chainId),
            KeyFile = parsed.GetValue(key),
        }, parsed.GetValue(json), cancel));
        return command;
    }

    private static async Task<int> Run(DemoOptions options, bool json, CancellationToken cancel)
    {
        if (options.Fault() is { } fault) throw new CommandException(fault);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(json ? Console.Error : Console.Out) });
        if (json ? Console.IsErrorRedirected : Console.IsOutputRedirected) console.Profile.Width = PlainWidth;
        var narrator = new DemoNarrator(console, TimeProvider.System);
        var began = TimeProvider.System.GetTimestamp();
        var result = await new DemoRun(options, RepositoryRoot.Find(), narrator, TimeProvider.System).Run(cancel);
        narrator.Chapter($"Done in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
        narrator.Fact("Everything that was started is stopped.");
        if (json) await Console.Out.WriteLineAsync(result.ToJson());
        return 0;
    }
}
