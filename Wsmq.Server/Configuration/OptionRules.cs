using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Configuration;

/// <summary>Collects what is wrong with options, so that one start shows all of it.</summary>
internal sealed class OptionRules(string type)
{
    private readonly List<string> _defects = [];

    /// <summary>Said before each defect that is found from now on: of what the values are.</summary>
    public string Scope { get; set; } = string.Empty;

    public ValidateOptionsResult Result => _defects.Count == 0
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(_defects.Distinct(StringComparer.Ordinal).Select(d => d.Replace("options.", type + ".", StringComparison.Ordinal)));

    public void Within<T>(T value, T least, T most, [CallerArgumentExpression(nameof(value))] string option = "")
        where T : IComparable<T> => Require(
            value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0,
            string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be from {least} to {most}"));

    public void Require(bool condition, string defect)
    {
        if (!condition)
            _defects.Add(Scope + defect);
    }
}
