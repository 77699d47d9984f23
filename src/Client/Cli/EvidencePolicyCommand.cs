using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm evidence policy show|check</c>: what a policy file asks for, and what is wrong with one.</summary>
internal static class EvidencePolicyCommand
{
    private const int Wrong = 1;

    public static Command Create() => new("policy", "Shows and checks what evidence must show.") { Show(), Check() };

    private static Command Show()
    {
        var file = new Argument<string?>("file") { Description = "the policy, JSON; without one, the strict default", DefaultValueFactory = _ => null };
        var json = new Option<bool>("--json") { Description = "the policy as JSON, which is a policy file itself" };
        var command = new Command("show", "Shows every setting of a policy, those that the file leaves out too.") { file, json };
        command.SetAction(parsed =>
        {
            var policy = parsed.GetValue(file) is { } path ? EvidencePolicies.Read(path, AttestationPolicy.Strict) : AttestationPolicy.Strict;
            if (parsed.GetValue(json)) Console.WriteLine(Encoding.UTF8.GetString(policy.ToCanonicalBytes()));
            else Print(policy);
            return 0;
        });
        return command;
    }

    private static Command Check()
    {
        var file = new Argument<string>("file") { Description = "the policy, JSON" };
        var json = new Option<bool>("--json") { Description = "one JSON object on standard output" };
        var command = new Command("check", "Says everything that is wrong with a policy. Exit code 0 where nothing is.") { file, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file);
            var bytes = EvidencePolicies.Bytes(path);
            var faults = AttestationPolicy.Faults(bytes);
            var hash = faults.IsEmpty ? AttestationPolicy.Parse(bytes).Hash.ToString() : null;
            if (parsed.GetValue(json)) Console.WriteLine(new JsonObject { ["hash"] = hash, ["faults"] = new JsonArray([.. faults.Select(f => JsonValue.Create(f))]) }.ToJsonString());
            else if (hash is null) foreach (var fault in faults) Console.WriteLine(fault);
            else Console.WriteLine($"{path} is a policy; its hash is {hash}");
            return faults.IsEmpty ? 0 : Wrong;
        });
        return command;
    }

    private static void Print(AttestationPolicy policy)
    {
        foreach (var line in PolicyLines.Of(policy)) Console.WriteLine(line);
        Console.WriteLine($"hash: {policy.Hash}");
        Console.WriteLine("'any' is not judged. 'swarm evidence verify' takes every type, and demands revocation lists and responses, only where the file says so.");
    }
}
