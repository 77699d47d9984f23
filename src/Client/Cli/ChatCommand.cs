using System.CommandLine;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm chat ORDER</c>: streams an answer from the head of a running order.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var swarm = CommonOptions.Swarm();
        var number = CommonOptions.Order();
        var prompt = new Option<string?>("--prompt") { Description = "the text to continue; default: what comes on standard input" };
        var message = new Option<bool>("--message") { Description = "take the text as a user's message, by the model's chat template" };
        var tokens = new Option<int>("--tokens") { Description = "the most tokens to generate", DefaultValueFactory = _ => 128 };
        var temperature = new Option<double>("--temperature") { Description = "0 picks the likeliest token every time", DefaultValueFactory = _ => 0 };
        var apiKey = CommonOptions.ApiKeyFile();
        var evidence = new EvidenceOptions("the head");
        var command = new Command("chat", "Streams an answer from a running order.") { number, swarm, prompt, message, tokens, temperature, apiKey };
        evidence.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var text = parsed.GetValue(prompt) ?? await Console.In.ReadToEndAsync(cancel);
            var request = new CompletionRequest { TokensMax = parsed.GetRequiredValue(tokens), Temperature = parsed.GetRequiredValue(temperature) };
            var file = parsed.Read(swarm);
            await using var heads = await evidence.Heads(parsed, file.Chain);
            using var client = file.Connect(heads.Attestation, parsed.ReadApiKey(apiKey));
            await foreach (var happening in client.Complete(
                parsed.Read(number), parsed.GetValue(message) ? request with { Messages = [new("user", text)] } : request with { Prompt = text }, cancel))
                await Show(happening);
            await Console.Out.WriteLineAsync();
        });
        return command;
    }

    private static Task Show(CompletionEvent happening) => happening switch
    {
        CompletionEvent.Token token => Console.Out.WriteAsync(token.Text),
        CompletionEvent.Finished finished => Console.Out.WriteAsync(finished.Text),
        CompletionEvent.Interrupted interrupted => Console.Error.WriteLineAsync($"\n[the head is gone ({interrupted.Reason}); waiting for the next one]"),
        CompletionEvent.Resumed resumed => Console.Error.WriteLineAsync($"[the head of epoch {resumed.Head.Epoch} goes on after {resumed.Tokens} tokens]"),
        _ => Task.CompletedTask,
    };
}
