using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using SwarmCompute.Inference;

namespace SwarmCompute.Bench;

/// <summary>A process of llama.cpp's own split, a server or the client: does what standard input says, line by line, and ends with it.</summary>
internal static class RpcHost
{
    private const int ProcessorDevice = 0;

    private static nint _model, _context;

    public static async Task Run(CancellationToken cancel)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        try
        {
            while (await input.ReadLineAsync(cancel) is { } line) Do(Lines.Read<RpcCommand>(line), input);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)     // the boundary of the process: whatever it is, the bench is told
        {
            Say(new StageReply.Failed(fault.ToString()));
        }
        if (_context != 0) NativeMethods.FreeContext(_context);
        if (_model != 0) NativeMethods.FreeModel(_model);
    }

    private static void Do(RpcCommand command, StreamReader input)
    {
        switch (command)
        {
            case RpcCommand.Serve serve:
                Serve(serve, input);
                return;
            case RpcCommand.Split split:
                Split(split);
                Say(new StageReply.Loaded());
                return;
            case RpcCommand.Generate generate:
                Say(new StageReply.RpcGenerated(Generate(generate)));
                return;
            default:
                throw new InvalidDataException($"llama.cpp's split cannot {command.GetType().Name}.");
        }
    }

    private static unsafe void Serve(RpcCommand.Serve serve, StreamReader input)
    {
        var rpc = Load(serve.Libraries, serve.RpcLibrary, out var ggml);
        var device = ((delegate* unmanaged[Cdecl]<int, nint>)NativeLibrary.GetExport(ggml, "ggml_backend_dev_by_type"))(ProcessorDevice);
        var end = new Thread(() => { while (input.ReadLine() is not null) { } Environment.Exit(0); }) { IsBackground = true };
        end.Start();
        fixed (byte* endpoint = Text($"127.0.0.1:{serve.Port}"))
            ((delegate* unmanaged[Cdecl]<byte*, byte*, nuint, nuint, nint*, void>)NativeLibrary.GetExport(rpc, "ggml_backend_rpc_start_server"))(endpoint, null, 1, 1, &device);
        throw new IOException($"llama.cpp's server could not listen on port {serve.Port}.");
    }

    private static unsafe void Split(RpcCommand.Split split)
    {
        var rpc = Load(split.Libraries, split.RpcLibrary, out var ggml);
        foreach (var port in split.Ports)
            fixed (byte* endpoint = Text($"127.0.0.1:{port}"))
            {
                var server = ((delegate* unmanaged[Cdecl]<byte*, nint>)NativeLibrary.GetExport(rpc, "ggml_backend_rpc_add_server"))(endpoint);
                if (server == 0) throw new IOException($"llama.cpp's server on port {port} does not answer.");
                ((delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(ggml, "ggml_backend_register"))(server);
            }
        fixed (byte* path = Text(split.Model)) _model = NativeMethods.LoadModel(path, NativeMethods.ModelDefaults());
        if (_model == 0) throw new IOException($"llama.cpp cannot load {split.Model} over RPC.");
        var parameters = NativeMethods.ContextDefaults();
        parameters.ContextTokens = parameters.BatchTokens = parameters.MicroBatchTokens = (uint)split.ContextTokens;
        parameters.Threads = parameters.ThreadsBatch = 1;
        parameters.KvUnified = parameters.NoPerf = 1;
        _context = NativeMethods.OpenContext(_model, parameters);
        if (_context == 0) throw new IOException("llama.cpp cannot open a context over RPC.");
    }

    private static StageAnswer Generate(RpcCommand.Generate generate)
    {
        NativeMethods.ClearMemory(NativeMethods.Memory(_context), data: true);
        var (tokens, at, position) = (new List<int>(), new List<long>(), 0);
        var began = Stopwatch.GetTimestamp();
        for (var input = generate.Prompt; tokens.Count < generate.Tokens; input = [tokens[^1]])
        {
            tokens.Add(Next(input, position));
            at.Add(Stopwatch.GetTimestamp());
            position += input.Length;
        }
        return new StageAnswer(began, [.. tokens], [.. at]);
    }

    private static unsafe int Next(int[] input, int position)
    {
        var positions = Enumerable.Range(position, input.Length).ToArray();
        var (counts, outputs, sequences) = (new int[input.Length], new sbyte[input.Length], new nint[input.Length]);
        var sequence = 0;
        Array.Fill(counts, 1);
        Array.Fill(sequences, (nint)(&sequence));
        outputs[^1] = 1;
        int outcome;
        fixed (int* ids = input, at = positions, count = counts)
        fixed (sbyte* output = outputs)
        fixed (nint* of = sequences)
            outcome = NativeMethods.Decode(_context, new LlamaBatch { Tokens = input.Length, TokenIds = ids, Positions = at, SequenceCounts = count, Sequences = (int**)of, Outputs = output });
        if (outcome != 0) throw new IOException($"llama.cpp failed over RPC at token {position} with code {outcome}.");
        return Likeliest(new ReadOnlySpan<float>(NativeMethods.Logits(_context, -1), NativeMethods.VocabularySize(NativeMethods.Vocabulary(_model))));
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var token = 1; token < logits.Length; token++)
            if (logits[token] > logits[best]) best = token;
        return best;
    }

    private static unsafe nint Load(string libraries, string rpcLibrary, out nint ggml)
    {
        LlamaCpp.Initialize(libraries);
        ggml = NativeLibrary.Load(Directory.EnumerateFiles(libraries, "libggml.v*.so").Single());
        fixed (byte* path = Text(rpcLibrary))
            if (((delegate* unmanaged[Cdecl]<byte*, nint>)NativeLibrary.GetExport(ggml, "ggml_backend_load"))(path) == 0)
                throw new IOException($"llama.cpp does not take {rpcLibrary} as a back end.");
        return NativeLibrary.Load(rpcLibrary);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private static void Say(StageReply reply) => Console.Out.WriteLine(Lines.Write(reply));
}
