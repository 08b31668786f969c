"""A service's refusal said in the form: at its field where the form has it, else above."""

from django.core.exceptions import ValidationError
from django.forms import Form


def tell(form: Form, refusal: ValidationError) -> None:
    by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    for name, sentences in by_field.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
