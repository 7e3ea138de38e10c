using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Hosting;

/// <summary>Collects all defects of an options object, so that one failed start reports all of them.</summary>
internal sealed class OptionRules(string type)
{
    private readonly List<string> _defects = [];

    /// <summary>A prefix for all defects that are added from now on: it names the object whose values are checked.</summary>
    public string Scope { get; set; } = string.Empty;

    public ValidateOptionsResult Result => _defects.Count == 0
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(_defects.Distinct(StringComparer.Ordinal).Select(d => d.Replace("options.", type + ".", StringComparison.Ordinal)));

    public void Within<T>(T value, T least, T most, [CallerArgumentExpression(nameof(value))] string option = "")
        where T : IComparable<T> => Require(
            value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0,
            string.Create(CultureInfo.InvariantCulture, $"{Named(option)} is {value}; it must be from {least} to {most}"));

    // Each section of the options is checked in its own method, whose parameter has the section's name. Within a scope the name of
    // the option alone is enough.
    private string Named(string option)
    {
        if (Scope.Length > 0)
            return option[(option.LastIndexOf('.') + 1)..];
        return option.StartsWith("options.", StringComparison.Ordinal) ? option : $"options.{char.ToUpperInvariant(option[0])}{option[1..]}";
    }

    public void Require(bool condition, string defect)
    {
        if (!condition)
            _defects.Add(Scope + defect);
    }
}
