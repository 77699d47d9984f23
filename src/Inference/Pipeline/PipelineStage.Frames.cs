using System.Buffers;
using System.Runtime.InteropServices;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>
/// What a stage does with a frame of hidden states, on the kernel's thread. A frame's bytes are read where they were received and its result is
/// written where it is kept; all else is used again: so a token that passes through a stage allocates nothing.
/// </summary>
public sealed partial class PipelineStage
{
    /// <summary>What one frame of hidden states asks of the kernel. Used again for another frame once it has ended.</summary>
    private sealed class FrameCall(PipelineStage stage) : IKernelCall, IDisposable
    {
        private readonly OverlayFrame _buffer = new();
        private StageSession _session = null!;
        private BoundaryFrame _frame;
        private FrameSlice _result;
        private StageCall? _call;
        private byte[]? _floats;

        public int Tokens => _frame.Count;

        /// <summary>Takes a frame, and its bytes out of the buffer.</summary>
        public void Take(StageSession session, BoundaryFrame frame, OverlayFrame buffer)
        {
            (_session, _frame) = (session, frame);
            buffer.MoveTo(_buffer);
        }

        public StageCall? Begin()
        {
            try
            {
                if (IsWanted() && Call() is { } call) return call;
            }
            catch (InferenceException fault)
            {
                Refuse(fault);
            }
            Rest();
            return null;
        }

        public void End(StageCall call)
        {
            try
            {
                if (call.Fault is { } fault) Refuse(fault);
                else Finish(call);
            }
            catch (InferenceException fault)
            {
                Refuse(fault);
            }
            Rest();
        }

        public void Drop() => Dispose();

        /// <summary>Gives back the memory of the frame that it was for.</summary>
        public void Dispose()
        {
            _buffer.Dispose();
            _result.Abandon();
            _result = default;
            if (_floats is not null) ArrayPool<byte>.Shared.Return(_floats);
            _floats = null;
        }

        private byte[]? Answer(StageCall call) => call switch
        {
            { Candidates: { } candidates } => BoundaryFrame.OfCandidates(_frame.Session, _frame.Sequence, candidates),
            { Embedding: { } embedding } => BoundaryFrame.OfEmbedding(_frame.Session, _frame.Sequence, embedding),
            _ => null,
        };

        private bool IsWanted()
        {
            lock (stage._ring.Gate) return !_session.IsOver && !_session.IsRefused;
        }

        private StageCall? Call()
        {
            var (length, isLast) = (stage._kernel!.EmbeddingLength, stage._options.IsLast);
            ReadOnlyMemory<byte> encoded = _buffer.Memory[BoundaryFrame.HeaderSize..];
            if (_buffer.Memory.Length != BoundaryFrame.HiddenBytes(_frame.Count, length, _frame.Format))
                throw new InferenceException($"Its states have {encoded.Length / _frame.Count} bytes a token in {_frame.Format}, which is not {length} numbers.");
            if (_frame.Format == BoundaryFormat.F32 && !HiddenStates.AreFinite(encoded.Span)) throw new InferenceException("Its states are not all finite numbers.");
            var kernel = _session.Kernel ??= stage._kernel.Open();
            if (!isLast && !Reserve(length)) return null;
            var (states, result) = _frame.Format == BoundaryFormat.F32 ? (encoded, Room) : Floats(encoded.Span, length);
            var call = _call ??= new StageCall { Session = kernel, States = states, Tokens = _frame.Count };
            call.Renew(kernel, states, _frame.Count);
            call.Result = isLast ? default : result;
            call.WantsCandidates = isLast && _frame.WantsCandidates && !_frame.Embeds;
            call.Embeds = isLast && _frame.Embeds;
            call.WantsEmbedding = isLast && _frame.WantsCandidates && _frame.Embeds;
            return call;
        }

        /// <summary>Where the result's states go in their format.</summary>
        private Memory<byte> Room => _result.IsNone ? default : _result.Memory[BoundaryFrame.HeaderSize..];

        /// <summary>The states as the kernel takes them, and room for those that it gives.</summary>
        private (ReadOnlyMemory<byte> States, Memory<byte> Result) Floats(ReadOnlySpan<byte> encoded, int length)
        {
            var bytes = _frame.Count * length * sizeof(float);
            _floats = ArrayPool<byte>.Shared.Rent(2 * bytes);
            BoundaryCodec.Decode(_frame.Format, encoded, length, MemoryMarshal.Cast<byte, float>(_floats.AsSpan(0, bytes)));
            return (_floats.AsMemory(0, bytes), _floats.AsMemory(bytes, bytes));
        }

        /// <summary>Room for the result among the session's frames; false where the session is over.</summary>
        private bool Reserve(int length)
        {
            _result = stage._ring.Reserve(_frame.Session, BoundaryFrame.HiddenBytes(_frame.Count, length, _frame.Format));
            if (_result.IsNone) return false;
            BoundaryFrame.WriteHidden(_result.Span, _frame.Session, _frame.Sequence, _frame.Position, _frame.Count, _frame.WantsCandidates, _frame.Format, _frame.Embeds);
            return true;
        }

        private void Finish(StageCall call)
        {
            if (Answer(call) is { } answer) _result = FrameSlice.Of(answer);
            else if (_floats is not null && !_result.IsNone)
                BoundaryCodec.Encode(_frame.Format, MemoryMarshal.Cast<byte, float>(call.Result.Span), stage._kernel!.EmbeddingLength, Room.Span);
            lock (stage._ring.Gate)
            {
                if (_session.IsRefused) return;
                if (!_result.IsNone) stage._ring.Sender.Emit(_frame.Session, _frame.Sequence, _result);
                _result = default;
                stage.Finished(_session, _frame.Position + _frame.Count);
            }
        }

        private void Refuse(InferenceException fault)
        {
            var refusal = BoundaryFrame.Refused(_frame.Session, $"stage {stage._options.Slot}: {fault.Message}");
            lock (stage._ring.Gate) stage.Refuse(_frame.Session, _session, refusal);
        }

        private void Rest()
        {
            Dispose();
            lock (stage._ring.Gate)
                if (stage._spareCalls.Count < SpareCallsMax) stage._spareCalls.Push(this);
        }
    }
}
