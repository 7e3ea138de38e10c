using System.Reflection;

namespace Wsmq.Host.Configuration;

/// <summary>
/// Refuses configuration keys that nothing reads: a misspelt setting would otherwise leave its default in force without a word.
/// </summary>
internal static class KnownKeys
{
    /// <summary>Throws <see cref="HostRefusal"/> for the first key under the section that the settings do not have.</summary>
    public static void Require(IConfigurationSection section, Type settings)
    {
        var known = PropertiesOf(settings);
        foreach (var child in section.GetChildren())
        {
            if (!known.TryGetValue(child.Key, out var property))
                throw new HostRefusal($"Unknown setting {child.Path}. Known here: {string.Join(", ", known.Keys.Select(key => $"{section.Path}:{key}"))}.");
            // The keys of a dictionary are the operator's own, and those of a list are numbers.
            if (typeof(System.Collections.IDictionary).IsAssignableFrom(property.PropertyType))
                continue;
            if (property.PropertyType == typeof(IDictionary<string, WsmqLimitClass>))
            {
                foreach (var named in child.GetChildren())
                    RequireSection(named, typeof(WsmqLimitClass));
                continue;
            }

            if (IsList(property.PropertyType))
                RequireList(child);
            else if (IsSection(property.PropertyType))
                RequireSection(child, property.PropertyType);
            else if (child.GetChildren().Any())
                throw new HostRefusal($"{child.Path} is one value, but settings are configured under it.");
        }
    }

    private static void RequireSection(IConfigurationSection section, Type settings)
    {
        if (!string.IsNullOrEmpty(section.Value))
            throw new HostRefusal($"{section.Path} is no value by itself. Known under it: {string.Join(", ", PropertiesOf(settings).Keys)}.");
        Require(section, settings);
    }

    // The binder would take no notice of it.
    private static void RequireList(IConfigurationSection section)
    {
        if (!string.IsNullOrEmpty(section.Value))
            throw new HostRefusal($"{section.Path} is a list: configure {section.Path}:0, {section.Path}:1, and so on.");
    }

    private static SortedDictionary<string, PropertyInfo> PropertiesOf(Type settings) => new(
        settings.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => !HostSettings.SetInCodeOnly.Contains((settings, property.Name)))
            .ToDictionary(property => property.Name),
        StringComparer.OrdinalIgnoreCase);

    private static bool IsList(Type type) => type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type);

    private static bool IsSection(Type type) => type.IsClass && type != typeof(string);
}
