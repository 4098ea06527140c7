use std::ops::Range;

/// An element with what is inside it, its names resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The namespace URI; empty when there is none.
    pub namespace: String,
    /// The local name.
    pub name: String,
    /// The prefix it was written with; empty when there was none. It means nothing by itself.
    pub prefix: String,
    /// The attributes in the order written, without namespace declarations.
    pub attributes: Vec<Attribute>,
    /// Elements and texts, in order; neighbouring texts are one.
    pub children: Vec<Node>,
    /// Where it stands in the document, in bytes, from the `<` of its start to the `>` of its end.
    pub span: Range<usize>,
}

/// An attribute, its name resolved and its value normalised (XML 1.0 §3.3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The namespace URI; empty for an attribute without prefix.
    pub namespace: String,
    /// The local name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// What an element holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text with references resolved and line ends normalised to line feeds.
    Text(String),
}

impl Element {
    /// Whether it is the element of this namespace and name.
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// The elements directly inside, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The elements of this namespace and name directly inside, in order.
    pub fn children_named(&self, namespace: &str, name: &str) -> impl Iterator<Item = &Self> {
        self.elements().filter(move |element| element.is(namespace, name))
    }

    /// The first element of this namespace and name directly inside.
    pub fn child(&self, namespace: &str, name: &str) -> Option<&Self> {
        self.children_named(namespace, name).next()
    }

    /// The element of this namespace and name directly inside, unless there is none or another one.
    pub fn only_child(&self, namespace: &str, name: &str) -> Option<&Self> {
        let mut found = self.children_named(namespace, name);
        found.next().filter(|_| found.next().is_none())
    }

    /// It and all elements inside it, in document order.
    pub fn descendants(&self) -> impl Iterator<Item = &Self> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let element = waiting.pop()?;
            let first = waiting.len();
            waiting.extend(element.elements());
            if let Some(inside) = waiting.get_mut(first..) {
                inside.reverse();
            }
            Some(element)
        })
    }

    /// The value of an attribute without namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attribute_of("", name)
    }

    /// The value of an attribute of a namespace.
    pub fn attribute_of(&self, namespace: &str, name: &str) -> Option<&str> {
        let found = |attribute: &&Attribute| attribute.namespace == namespace && attribute.name == name;
        self.attributes.iter().find(found).map(|attribute| attribute.value.as_str())
    }

    /// The text directly inside, joined.
    pub fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        texts.collect()
    }
}
