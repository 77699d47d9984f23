using SwarmCompute.Trainer.Maths;

namespace SwarmCompute.Trainer.Model;

/// <summary>Rotary positions on neighbouring pairs (2i, 2i+1), which is what llama.cpp does for the "llama" architecture.</summary>
internal sealed unsafe class RotaryTable : IDisposable
{
    private readonly Floats _table;      // cos, sin by position and pair
    private readonly int _headWidth;

    public RotaryTable(TaleShape shape)
    {
        _headWidth = shape.HeadWidth;
        _table = new Floats(shape.Context * _headWidth);
        for (var position = 0; position < shape.Context; position++)
            for (var i = 0; i < _headWidth; i += 2)
            {
                var angle = position * Math.Pow(TaleShape.RopeBase, -(double)i / _headWidth);
                _table.Span[(position * _headWidth) + i] = (float)Math.Cos(angle);
                _table.Span[(position * _headWidth) + i + 1] = (float)Math.Sin(angle);
            }
    }

    /// <summary>Turns every head in each of the rows by its position; <paramref name="direction"/> is 1, or -1 on the way back.</summary>
    public void Turn(float* rows, int count, int width, int time, float direction)
    {
        for (var r = 0; r < count; r++, rows += width)
        {
            var table = _table.At(r % time * _headWidth);
            for (var i = 0; i < width; i += 2)
            {
                var (cos, sin) = (table[i % _headWidth], table[(i % _headWidth) + 1] * direction);
                var (even, odd) = (rows[i], rows[i + 1]);
                rows[i] = (even * cos) - (odd * sin);
                rows[i + 1] = (even * sin) + (odd * cos);
            }
        }
    }

    public void Dispose() => _table.Dispose();
}
