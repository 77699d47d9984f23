using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace SwarmCompute.Inference;

/// <summary>One answer: from a checked request to pieces of text.</summary>
internal sealed class OpenAiGeneration
{
    private readonly OpenAiModel _model;
    private readonly OpenAiRequest _request;
    private readonly GenerationRequest _generation;
    private readonly GrammarCursor? _grammar;
    private readonly TextAssembler _text;
    private readonly int _choice, _had;
    private string _echo = "";
    private int _offset;

    private OpenAiGeneration(OpenAiModel model, OpenAiRequest request, ImmutableArray<int> prompt, int tokensMax, int choice, ImmutableArray<int> known, int had)
    {
        (_model, _request, _choice, _had) = (model, request, choice, Math.Min(had, known.Length));
        _text = new TextAssembler(model.Tokenizer, request.Stop);
        _grammar = request.Grammar?.Start();
        var sampling = request.Sampling with { Seed = unchecked(request.Sampling.Seed + (ulong)choice) };
        _generation = new GenerationRequest(prompt, tokensMax, sampling, known, model.Tokenizer.EndTokens)
        {
            Grammar = request.Grammar,
            PrefixScope = request.KeyName,
            Had = had,
        };
    }

    /// <summary>Which of the request's answers it is.</summary>
    public int Choice => _choice;

    public int PromptTokens => _generation.Prompt.Length;

    /// <summary>Tokens of the prompt that were not run again.</summary>
    public int CachedTokens { get; private set; }

    /// <summary>Tokens of the answer so far, resumed ones included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>The answers that a request asks for.</summary>
    /// <param name="model">Of which model.</param>
    /// <param name="request">The request.</param>
    /// <param name="known">For each answer the tokens that are known, and how many of them the client has; the others are told again.</param>
    /// <exception cref="OpenAiException">The prompt cannot be tokenized, or does not fit, or known tokens do not fit the grammar.</exception>
    public static ImmutableArray<OpenAiGeneration> Of(OpenAiModel model, OpenAiRequest request, Func<int, (ImmutableArray<int> Tokens, int Had)> known)
    {
        var prompt = request.PromptTokens.IsEmpty ? Encode(model, request) : request.PromptTokens;
        var room = model.Head.ContextTokens - prompt.Length;
        var param = request.IsChat ? "messages" : "prompt";
        if (prompt.IsEmpty) throw OpenAiException.Bad("The prompt is empty.", param);
        if (room < 1) throw OpenAiException.Bad($"The prompt has {prompt.Length} tokens; the context holds {model.Head.ContextTokens}.", param, "context_length_exceeded");
        var tokensMax = request.TokensMax ?? room;
        if (tokensMax > room)
            throw OpenAiException.Bad($"{prompt.Length} tokens of prompt and {tokensMax} of answer do not fit into the context of {model.Head.ContextTokens}.", param, "context_length_exceeded");
        if (request.Resume.Length > tokensMax)
            throw OpenAiException.Bad($"{request.Resume.Length} tokens are resumed of an answer of at most {tokensMax}.", "swarm.resume_tokens");
        if ((long)request.Generated * (prompt.Length + tokensMax) > model.Head.KvTokens)
            throw OpenAiException.Bad(
                $"{request.Generated} answers of up to {tokensMax} tokens, each with the prompt's {prompt.Length}, do not fit into the {model.Head.KvTokens} tokens that this pipeline holds; "
                + "ask for fewer, or give fewer 'max_tokens'.", request.Generated > request.Choices ? "best_of" : "n", "context_length_exceeded");
        OpenAiGeneration One(int choice)
        {
            var (tokens, had) = known(choice);
            if (tokens.Length > tokensMax || tokens.Any(token => token >= model.Tokenizer.VocabularySize)) throw OpenAiException.NotKept();    // no head told that
            var generation = new OpenAiGeneration(model, request, prompt, tokensMax, choice, tokens, had);
            generation.AddWhatTheClientHas();
            if (request.Echo && had == 0) generation._echo = request.Prompt ?? TextOf(model, prompt);
            return generation;
        }
        return [.. Enumerable.Range(0, request.Generated).Select(One)];
    }

    /// <summary>Room for several answers to one request at once; null for one, which asks for its own.</summary>
    /// <exception cref="PipelineException">There is none, now or at all.</exception>
    public static async Task<SessionRoom?> Room(ImmutableArray<OpenAiGeneration> answers, CancellationToken cancel) =>
        answers.Length > 1 ? await answers[0]._model.Head.RoomFor(answers[0]._generation, answers.Length, cancel) : null;

    /// <summary>The pieces; the last one has the reason why the answer is over, and no token.</summary>
    /// <exception cref="PipelineException">The pipeline cannot serve it.</exception>
    /// <exception cref="GrammarException">No candidate fits the grammar.</exception>
    public async IAsyncEnumerable<OpenAiPiece> Pieces(SessionRoom? room, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var index = _had; index < _generation.Resume.Length && !IsOver; index++) yield return Add(new GeneratedToken(index, _generation.Resume[index], IsEnd: false));
        var finish = IsOver ? "stop" : "length";
        if (!IsOver && CompletionTokens < _generation.TokensMax)
        {
            await foreach (var token in _model.Head.Generate(_generation with { Room = room }, cancel))
            {
                CachedTokens = token.CachedTokens;
                if (token.IsEnd)
                {
                    finish = "stop";
                    break;
                }
                yield return Add(token);
                if (!IsOver) continue;
                finish = "stop";
                break;
            }
        }
        yield return Echoed(new OpenAiPiece(_choice, _text.End(), null, finish));
    }

    /// <summary>Whether a stop string was found, or the grammar is at its end.</summary>
    private bool IsOver => _text.IsStopped || _grammar is { IsFinished: true };

    private void AddWhatTheClientHas()
    {
        try
        {
            for (var index = 0; index < _had; index++) Add(new GeneratedToken(index, _generation.Resume[index], IsEnd: false));
        }
        catch (GrammarException fault)
        {
            throw OpenAiException.Bad($"The resumed tokens are no answer to this request: {fault.Message}", "swarm.resume_tokens");
        }
    }

    private OpenAiPiece Add(GeneratedToken token)
    {
        _grammar?.Accept(token.Token);
        CompletionTokens++;
        var piece = Echoed(new OpenAiPiece(_choice, _text.Add(token.Token), token, null) { Offset = _offset });
        if (_request.Logprobs is not { } top) return piece;
        _offset += _model.Tokenizer.Decode(token.Token).Count(value => (value & 0xC0) != 0x80);
        return token.Candidates is { } candidates ? piece with { Logprobs = [.. OpenAiLogprobs.Of(token.Token, candidates, top)] } : piece;
    }

    /// <summary>The first piece has the prompt before its own text, where that is to be told: a piece of its own would be an event that no token stands for.</summary>
    private OpenAiPiece Echoed(OpenAiPiece piece)
    {
        if (_echo.Length == 0) return piece;
        (var echo, _echo) = (_echo, "");
        return piece with { Text = echo + piece.Text };
    }

    private static string TextOf(OpenAiModel model, ImmutableArray<int> tokens)
    {
        var text = new TextAssembler(model.Tokenizer, []);
        return string.Concat(tokens.Select(text.Add)) + text.End();
    }

    private static ImmutableArray<int> Encode(OpenAiModel model, OpenAiRequest request)
    {
        try
        {
            return model.Tokenizer.Encode(request.IsChat ? model.Tokenizer.ApplyChatTemplate(request.Messages) : request.Prompt!, addSpecial: true);
        }
        catch (InferenceException fault)
        {
            throw OpenAiException.Bad(fault.Message, request.IsChat ? "messages" : "prompt");
        }
    }
}
