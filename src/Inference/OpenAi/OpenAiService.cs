using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SwarmCompute.Inference;

/// <summary>Answers the completion requests for one model.</summary>
internal sealed class OpenAiService(OpenAiModel model)
{
    private readonly KeptAnswers _kept = new(model.Head, model.Time);

    /// <exception cref="OpenAiException">The request cannot be answered.</exception>
    /// <exception cref="PipelineException">The pipeline cannot serve it.</exception>
    /// <exception cref="GrammarException">No candidate fits its grammar.</exception>
    public Task Complete(HttpContext context, bool chat)
    {
        var metrics = new GenAiMetrics(model.Time, model.Id, chat ? "chat" : "text_completion");
        var serving = new Serving(context, metrics);
        return metrics.Measure(async () =>
        {
            var body = await OpenAiBody.Read(context.Request);
            var request = new OpenAiRequestReader(model).Read(body, chat) with { KeyName = context.Features.Get<ApiKeyUse>()?.KeyName };
            await (request.Stream ? Stream(serving, request, Hash(body.Span, request)) : Whole(serving, request));
        });
    }

    private async Task Whole(Serving serving, OpenAiRequest request)
    {
        var answers = OpenAiGeneration.Of(model, request, _ => (request.Resume, request.Resume.Length));
        var pieces = new List<OpenAiPiece>();
        serving.Begin(answers);
        await foreach (var piece in OpenAiChoices.Pieces(answers, order: [], serving.Context.RequestAborted))
        {
            serving.Count(piece);
            pieces.Add(piece);
        }
        var answer = new OpenAiAnswer(model, request, AnswerId.New(request.IsChat), model.Time.GetUtcNow());
        await OpenAiBody.Write(serving.Context, 200, json => answer.Whole(json, BestAnswers.Of(pieces, request), OpenAiUsage.Of(answers)));
    }

    private async Task Stream(Serving serving, OpenAiRequest request, Hash32 hash)
    {
        var context = serving.Context;
        var (kept, had) = await Kept(context, request, hash);
        using var telling = _kept.Tell(kept, had, request, context.RequestAborted);
        var answer = new OpenAiAnswer(model, request, kept.Id, DateTimeOffset.FromUnixTimeSeconds(kept.Begun));
        for (var choice = 0; choice < request.Choices; choice++)
            if (telling.Known[choice].Had > 0 || telling.IsOver[choice]) answer.Begun(choice);
        var answers = OpenAiGeneration.Of(model, request, choice => telling.Known[choice]);
        serving.Begin(answers);
        await foreach (var piece in OpenAiChoices.Pieces([.. answers.Where(one => !telling.IsOver[one.Choice])], telling.Order, telling.Cancelled))
        {
            var id = telling.Event(piece);
            serving.Count(piece, isTold: id is not null);
            if (id is not null) await OpenAiBody.Event(context, id, json => answer.Piece(json, piece));
        }
        if (request.StreamUsage)
            await OpenAiBody.Event(context, null, json => answer.UsagePiece(json, OpenAiUsage.Of(answers)));
        await OpenAiBody.Done(context);
    }

    /// <summary>The answer to tell, new or one that is gone on with, and how many of its events the client has.</summary>
    private async Task<(AnswerHistory Answer, int Had)> Kept(HttpContext context, OpenAiRequest request, Hash32 hash)
    {
        if (context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last]) return await _kept.GoOn(last, hash, context.RequestAborted);
        return (_kept.Keep(AnswerId.New(request.IsChat), hash, request.Resume), request.Resume.Length);
    }

    /// <summary>What an answer is kept for: this body, sent to this path under this key.</summary>
    private static Hash32 Hash(ReadOnlySpan<byte> body, OpenAiRequest request)
    {
        var key = request.KeyName is { } name ? Hash32.Sha256(Encoding.UTF8.GetBytes(name)) : default;
        return Hash32.Sha256([request.IsChat ? (byte)1 : (byte)0, .. key.ToArray(), .. body]);
    }

    /// <summary>One request's accounts.</summary>
    private sealed class Serving(HttpContext context, GenAiMetrics metrics)
    {
        private readonly ApiKeyUse? _use = context.Features.Get<ApiKeyUse>();

        public HttpContext Context => context;

        public void Begin(ImmutableArray<OpenAiGeneration> answers)
        {
            metrics.PromptTokens = answers[0].PromptTokens;
            _use?.Charge(metrics.PromptTokens);
        }

        /// <param name="piece">What was generated, or was known.</param>
        /// <param name="isTold">False where the client has it already: it is charged, but is no part of what was told.</param>
        public void Count(OpenAiPiece piece, bool isTold = true)
        {
            if (isTold) metrics.Piece(piece);
            if (piece.Token is not null) _use?.Charge(1);
        }
    }
}
