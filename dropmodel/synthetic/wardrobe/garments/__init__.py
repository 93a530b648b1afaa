"""Clothes, shoes and head-wear, cut from the body's own helper surfaces like cloth from a pattern."""
