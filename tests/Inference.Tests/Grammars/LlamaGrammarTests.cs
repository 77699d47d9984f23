using System.Text.Json;

namespace SwarmCompute.Inference.Tests.Grammars;

public sealed class LlamaGrammarTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Grammars => new()
    {
        "root ::= \" \"? (\"the\" | \"then\" [a-f]* | \"☃é\")+ [^x\\n]{2,5} .",
        "root ::= \"(\" root \")\" root | [a-n] | \"\"",
        "root ::= a b\na ::= \"t\"?\nb ::= (\"he\" | \"h\" a) b | \"\\x41\\u00e9\"",
        JsonSchemaGrammar.AnyObject,
        JsonSchemaGrammar.Of(JsonDocument.Parse("""{"properties":{"the":{"type":"integer"},"é":{"enum":["and","on"]},"list":{"type":"array","maxItems":3}},"required":["é"]}""").RootElement),
    };

    [Theory, MemberData(nameof(Grammars))]
    public void The_same_tokens_are_allowed_as_by_llama_cpp(string grammar)
    {
        TestEngine.Require();
        new TinyModel().WriteTo(_directory.File("model.gguf"));
        using var tokenizer = LlamaCpp.LoadTokenizer(_directory.File("model.gguf"));
        var ours = new TokenGrammar(Grammar.Parse(grammar), tokenizer);
        int[] tokens = [.. Enumerable.Range(0, TinyModel.VocabularySize)];
        for (var walk = 0; walk < 12; walk++)
        {
            var (random, cursor) = (new Random(walk), ours.Start());
            using var theirs = new LlamaGrammar(_directory.File("model.gguf"), grammar);
            for (var step = 0; step < 40; step++)
            {
                cursor.BeginStep();
                var allowed = theirs.Allowed(tokens);
                // llama.cpp takes a control token for the letters of its name, such as <s>; in an answer it has no text.
                allowed.RemoveWhere(token => IsNoBeginning(token) || (token < TinyModel.FirstByte && !tokenizer.EndTokens.Contains(token)));
                Assert.Equal(allowed.Order(), tokens.Where(cursor.Fits));
                var next = allowed.Where(token => !tokenizer.EndTokens.Contains(token) && !IsLooser(token)).Order().ToArray();
                if (next.Length == 0) break;
                var token = next[random.Next(next.Length)];
                cursor.Accept(token);
                theirs.Accept(token);
            }
        }
    }

    /// <summary>After these bytes llama.cpp lets through overlong forms, surrogates, and what is above U+10FFFF.</summary>
    private static bool IsLooser(int token) => token - TinyModel.FirstByte is 0xE0 or 0xED or 0xF0 or 0xF4;

    public void Dispose() => _directory.Dispose();

    /// <summary>llama.cpp lets through bytes that begin no character (C0, C1, F5 and above), where any letter may come.</summary>
    private static bool IsNoBeginning(int token) => token - TinyModel.FirstByte is 0xC0 or 0xC1 or >= 0xF5 and <= 0xFF;
}
